/** The shapes of the HTTP API that the console uses; `/openapi.json` is their source. */

export interface ResourceReference {
  readonly kind: string
  readonly name: string
}

export interface Resource {
  readonly kind: string
  readonly name: string
  readonly spec: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
  /** Who asked for it: the project file, the API, or a Kafka client. */
  readonly origin: 'project' | 'api' | 'client'
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
  readonly lost: string
  readonly skipped: string
  readonly gaps: readonly LedgerGap[]
}

/** Offsets that are neither row nor letter, `to` excluded. */
export interface LedgerGap {
  readonly kind: 'lost' | 'skipped'
  readonly from: string
  readonly to: string
}

export interface LedgerHop {
  readonly delivery: string
  readonly from: string
  readonly to: string
  readonly in: string
  readonly delivered: string
  readonly rejected: string
  readonly pending: string | null
  readonly holds: boolean | null
  readonly lastCommitAt: string | null
  readonly snapshotId: string | null
  readonly partitions: readonly LedgerPartition[]
}

export interface DeadLetter {
  readonly delivery: string
  readonly source: string
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly code: string
  readonly reason: string
  readonly value: string
}

export interface AuditEntry {
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly kind: string
  readonly name: string
  readonly detail: unknown
}

/** JSON Schema, as much of it as is shown. */
export interface FieldSchema {
  readonly description?: string
  readonly default?: unknown
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, FieldSchema>>
}

export interface KindDescription {
  readonly kind: string
  readonly plural: string
  readonly summary: string
  readonly schema: FieldSchema
}

export interface StreamRecord {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly key: string | null
  readonly value: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: number
}

export interface HaltAnswer {
  readonly choice: string
  readonly title: string
  readonly consequence: string
  readonly leavesOut: boolean
}

/** What a delivery asks that has halted. */
export interface HaltQuestion {
  readonly code: string
  readonly reason: string
  readonly remedy: string
  readonly answers: readonly HaltAnswer[]
}
