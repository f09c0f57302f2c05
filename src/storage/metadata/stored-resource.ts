import type { ResourceTable } from './tables.ts'

/** A resource as the database keeps it; what spec, state and origin mean is the control plane's. */
export interface StoredResource {
  readonly kind: string
  readonly name: string
  readonly spec: unknown
  readonly tags: Readonly<Record<string, string>>
  readonly references: readonly { readonly kind: string; readonly name: string }[]
  readonly origin: string
  readonly version: number
  readonly state: string
  readonly reason: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

export function fromRow(row: ResourceTable): StoredResource {
  const { kind, name, origin, version, state, reason } = row
  return {
    kind,
    name,
    spec: JSON.parse(row.spec),
    tags: JSON.parse(row.tags) as Record<string, string>,
    references: JSON.parse(row.resource_references) as { kind: string; name: string }[],
    origin,
    version,
    state,
    reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export function toRow(resource: StoredResource): ResourceTable {
  const { kind, name, origin, version, state, reason } = resource
  return {
    kind,
    name,
    spec: JSON.stringify(resource.spec),
    tags: JSON.stringify(resource.tags),
    resource_references: JSON.stringify(resource.references),
    origin,
    version,
    state,
    reason,
    created_at: resource.createdAt,
    updated_at: resource.updatedAt,
  }
}
