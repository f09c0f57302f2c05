import type { Partitions } from '../partitions.ts'

/** A member as an assignor sees it. */
export interface AssignedMember {
  readonly memberId: string
  readonly instanceId: string | null
  /** Ids of topics that are there. Members that subscribe alike may share one set. */
  readonly topics: ReadonlySet<string>
  /** Its target up to now. */
  readonly target: Partitions
}

export interface AssignorInput {
  /** In the order in which they came: an order that stays keeps assignments where they are. */
  readonly members: readonly AssignedMember[]
  /** By topic; all that any member subscribes to. */
  readonly partitionCounts: ReadonlyMap<string, number>
  /** All members subscribe to the same topics. */
  readonly isHomogeneous: boolean
}

/** Shares partitions out. Each partition of a topic goes to one member that subscribes to it. */
export type Assignor = (input: AssignorInput) => ReadonlyMap<string, Partitions>
