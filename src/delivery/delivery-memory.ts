/**
 * What is remembered of a delivery whatever became of its workers, its table and its stream (delivery.md, rules 5 and 7). The
 * control plane supplies it. Several workers of one delivery may read and write it at once: they write the same.
 */
export interface DeliveryMemory {
  /** Null before the first adoption, and after an operator's answer that the delivery is to adopt another table. */
  adoption(): Promise<Adoption | null>
  /** Durable when it resolves. */
  adopt(adoption: Adoption): Promise<void>
  /** Topics that had this name, in the order in which they were deleted; one that the log does not remember is missing. */
  deletedTopics(stream: string): Promise<readonly DeletedTopic[]>
}

export interface Adoption {
  /** UUID of the table. */
  readonly table: string
  /** Id of the topic that was read last. */
  readonly source: string
}

export interface DeletedTopic {
  readonly id: string
  /** By partition: the offset that its next record would have had. */
  readonly endOffsets: readonly number[]
}
