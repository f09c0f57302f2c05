/** Consumer groups, to look at and to administer. Errors of a broker are WEIR-3103: GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP … */
export interface KafkaGroups {
  /** Of all brokers, by name. */
  list(): Promise<readonly GroupListing[]>
  /** Those of these names that exist, in any order. */
  describe(names: readonly string[]): Promise<readonly GroupDescription[]>
  /** What a group committed in all topics. */
  committed(group: string): Promise<readonly CommittedPartition[]>
  /** For groups without members; all of it at once. WEIR-3103 with the error of the first partition that was refused. */
  commit(group: string, offsets: readonly PartitionCommit[]): Promise<void>
  /** Forgets what a group committed in these partitions. GROUP_SUBSCRIBED_TO_TOPIC while members read the topic. */
  deleteOffsets(group: string, topic: string, partitions: readonly number[]): Promise<void>
  /** Removes a group without members, with its offsets. */
  delete(group: string): Promise<void>
}

export interface GroupListing {
  readonly group: string
  /** `consumer`, `connect`, …; '' when nobody ever joined. */
  readonly protocolType: string
  /** `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Assigning`, `Reconciling`; '' from brokers before 2.6. */
  readonly state: string
  /** `classic`, `consumer` (KIP-848), `share` …; '' from brokers before 3.8. */
  readonly type: string
}

export interface GroupDescription {
  readonly group: string
  readonly type: 'classic' | 'consumer'
  readonly protocolType: string
  readonly state: string
  /** How partitions are dealt out; '' while there are no members. */
  readonly assignor: string
  /** Of the broker that coordinates it: `host:port`. */
  readonly coordinator: string
  readonly members: readonly GroupMember[]
}

export interface GroupMember {
  readonly memberId: string
  /** Of a static member. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  /** Undefined when the group's protocol is none of consumers': then nobody but its members can read it. */
  readonly assignment: readonly TopicPartitions[] | undefined
}

export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

export interface CommittedPartition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata: string
}

export interface PartitionCommit {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly metadata?: string
}
