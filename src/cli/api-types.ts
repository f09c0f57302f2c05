/** Answers of the HTTP API as commands read them; `/openapi.json` is their source. Counts are decimal text. */

export interface ResourceReference {
  readonly kind: string
  readonly name: string
}

export interface ApiResource {
  readonly kind: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
  readonly version: number
  readonly state: string
  readonly reason: string | null
  readonly createdAt: string
  readonly updatedAt: string
  readonly references: readonly ResourceReference[]
}

export interface LedgerPartition {
  readonly source: string
  readonly partition: number
  readonly next: string
  readonly read: string
  readonly delivered: string
  readonly rejected: string
  readonly pending: string | null
}

export interface LedgerHop {
  readonly delivery: string
  readonly from: string
  readonly to: string
  readonly in: string
  readonly delivered: string
  readonly rejected: string
  readonly pending: string | null
  /** Null when the source could not be asked. */
  readonly holds: boolean | null
  readonly lastCommitAt: string | null
  readonly snapshotId: string | null
  readonly partitions: readonly LedgerPartition[]
}

export interface VerifyJob {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly results: readonly {
    readonly delivery: string
    readonly verdict: 'yes' | 'no' | 'cannot tell'
    readonly detail: string
    readonly seconds: number
  }[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** In force until it is replayed; its value as text. */
export interface ApiLetter {
  readonly delivery: string
  readonly source: string
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly code: string
  readonly reason: string
  readonly value: string
}
