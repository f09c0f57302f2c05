export interface ResourceReference {
  readonly kind: string
  readonly name: string
}

/** `Failed` is tried again with growing pauses unless its reason says that it waits for a change. */
export type ResourceState = 'Creating' | 'Active' | 'Updating' | 'Failed' | 'Deleting'

/** Who asked for it: the project file, the HTTP API, or a Kafka client whose topic was created on first use. */
export type ResourceOrigin = 'project' | 'api' | 'client'

/** A declared resource and what became of it. Times are ISO 8601. */
export interface Resource<Spec = unknown> {
  readonly kind: string
  readonly name: string
  /** As its kind's schema gives it: defaults filled in, references by name. JSON-safe. */
  readonly spec: Spec
  readonly tags: Readonly<Record<string, string>>
  readonly origin: ResourceOrigin
  /** Grows by one with each change of spec or tags; what `If-Match` compares. */
  readonly version: number
  readonly state: ResourceState
  /** Why it is in this state; null when there is nothing to say. */
  readonly reason: string | null
  readonly references: readonly ResourceReference[]
  readonly createdAt: string
  readonly updatedAt: string
}

/** A resource as a project or a client of the API asks for it, checked. JSON-safe. */
export interface DesiredResource<Spec = unknown> {
  readonly kind: string
  readonly name: string
  readonly spec: Spec
  readonly tags: Readonly<Record<string, string>>
  /** `weir.config.ts:14:3`; absent when it came by the API. */
  readonly at?: string
}

export function resourceKey({ kind, name }: ResourceReference): string {
  return `${kind}/${name}`
}
