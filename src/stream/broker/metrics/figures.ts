/** What the log knows of topics and groups that no Kafka request tells: for those who look at some of them, not at all. */
export interface BrokerFigures {
  /** Of the topics that move, over the last second. */
  rates(): readonly TopicRate[]
  /** Of these topics; those that do not exist are left out. */
  topics(names: readonly string[]): readonly TopicFigure[]
  /** By index, from `from` on. */
  partitions(topic: string, from: number, count: number): readonly PartitionFigure[]
  /** How far behind a group was; null for one that is not watched. */
  lagHistory(group: string): LagSeries | null
}

export interface TopicFigure extends TopicCounts {
  readonly topic: string
  readonly id: string
  readonly partitions: number
  /** Offsets between the ends, without those that a restore passed over. */
  readonly records: number
  readonly bytes: number
  readonly segments: number
  /** Why partitions take no records, or where they are damaged. */
  readonly troubles: readonly string[]
}

export interface PartitionFigure {
  readonly partition: number
  readonly start: number
  readonly end: number
  readonly bytes: number
  readonly segments: number
  readonly leaderEpoch: number
  readonly trouble: string | null
}

/** What went into one topic and out of it since the log was opened. */
export interface TopicCounts {
  readonly bytesIn: number
  readonly recordsIn: number
  readonly bytesOut: number
  readonly recordsOut: number
}

/** What goes into a topic and out of it, by second, over the last two samples. */
export interface TopicRate {
  readonly topic: string
  readonly recordsIn: number
  readonly bytesIn: number
  readonly recordsOut: number
  readonly bytesOut: number
}

export interface LagSeries {
  /** Milliseconds since the epoch, of the last value. */
  readonly at: number
  readonly everyMs: number
  /** Oldest first; null where nothing was committed, or before the group was there. */
  readonly lag: readonly (number | null)[]
}
