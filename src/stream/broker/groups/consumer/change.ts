import type { TopicPartitions } from './partitions.ts'

/** The epochs of a consumer group; null when it is gone, with its members. */
export interface ConsumerGroupChange {
  readonly kind: 'consumer'
  readonly group: string
  readonly state: StoredHead | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface StoredHead {
  readonly epoch: number
  readonly assignmentEpoch: number
  /** The digest of the subscribed topics. */
  readonly topics: string
  readonly emptySince: number | null
}

/** A member of a consumer group; null when it is gone. */
export interface ConsumerMemberChange {
  readonly kind: 'member'
  readonly group: string
  readonly member: string
  readonly state: StoredConsumerMember | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** JSON; bytes as base64. */
export interface StoredConsumerMember {
  readonly instance: string | null
  readonly rack: string | null
  readonly client: string
  readonly host: string
  readonly rebalanceMs: number
  readonly names: readonly string[]
  readonly regex: string
  readonly assignor: string | null
  readonly epoch: number
  readonly previousEpoch: number
  readonly state: string
  readonly assigned: readonly StoredHolding[]
  readonly revoking: readonly StoredHolding[]
  readonly target: readonly TopicPartitions[]
  readonly classic: {
    readonly sessionMs: number
    readonly protocols: readonly (readonly [name: string, metadata: string])[]
  } | null
}

/** Of one topic: partitions, and the epochs at which they were given. */
export type StoredHolding = readonly [topicId: string, partitions: readonly number[], epochs: readonly number[]]
