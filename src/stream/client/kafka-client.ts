import type { AbortedTransaction } from './aborted-records.ts'
import type { Acks } from './acks.ts'
import type { Connect, KafkaTls } from './connection.ts'
import type { KafkaLogin } from './login.ts'
import type { KafkaAcls } from './kafka-acls.ts'
import type { KafkaUsers } from './kafka-users.ts'
import type { KafkaGroups } from './kafka-groups.ts'
import type { Producer, ProducerOptions } from './producer.ts'

export interface KafkaClientOptions {
  /** `host:port`, several separated by commas, or `unix:` and the path of the log's own socket. Other brokers are found by metadata. */
  readonly bootstrap: string
  readonly clientId?: string
  /** How long one call may take with all its retries; then WEIR-3102. Default 30 s. */
  readonly deadlineMs?: number
  /** Told now and then why it is not connected yet, from three seconds on. */
  readonly onWaiting?: (reason: unknown) => void
  readonly tls?: KafkaTls
  /** Who it is, for brokers that ask. */
  readonly login?: KafkaLogin
  /** How sockets are opened; default `connect` of node:net. */
  readonly connect?: Connect
}

/**
 * A client of the Kafka protocol, the same for Weir's own log and for any other broker. One connection a broker, many
 * requests in flight on it. Broken connections are opened anew and errors that Kafka calls retriable are tried again with
 * fresh metadata until the deadline; other errors of a broker throw WEIR-3103 with the error's name in `details.error`.
 * After `close` every call fails with WEIR-3101. `signal`, where taken, ends the waiting and throws its reason.
 */
export interface KafkaClient {
  readonly topics: KafkaTopics
  readonly offsets: KafkaOffsets
  readonly groups: KafkaGroups
  readonly acls: KafkaAcls
  readonly users: KafkaUsers
  /** See `fetch` there. */
  readonly fetch: KafkaFetch
  /** Appends batches as they are. Several calls may be in flight; those of one partition keep their order only with a producer. */
  produce(request: ProduceRequest): Promise<ProducedBatch>
  createProducer(options: ProducerOptions): Promise<Producer>
  /** The transactions that are open in a partition, the oldest first. WEIR-3104 from a broker that does not tell. */
  openTransactions(topic: string, partition: number): Promise<readonly OpenTransaction[]>
  /** Tells one cluster from another, whatever its addresses. */
  clusterId(): Promise<string>
  /** Rejects what is in flight. */
  close(): Promise<void>
}

export interface OpenTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface KafkaTopics {
  /** Topics that exist already are left as they are; `created` tells. Counts left out are the broker's defaults. */
  create(topics: readonly NewTopic[]): Promise<readonly { readonly name: string; readonly created: boolean }[]>
  /** Makes partitions until there are so many. WEIR-3103 INVALID_PARTITIONS when there are as many or more. */
  addPartitions(topic: string, count: number): Promise<void>
  /** Topics that do not exist are passed over. */
  delete(names: readonly string[]): Promise<void>
  /** Those named that exist, or all; never creates one. Always asks the broker. */
  describe(names?: readonly string[]): Promise<readonly TopicDescription[]>
  /** Every config, by name. */
  configs(topic: string): Promise<readonly ConfigDescription[]>
  /** Sets each config named, or takes it back to its default with null; `validateOnly` only says whether it would. */
  alterConfigs(
    topic: string,
    changes: Readonly<Record<string, string | null>>,
    options?: { readonly validateOnly?: boolean },
  ): Promise<void>
  /** Bytes on disk by topic and partition. WEIR-3104 from a broker that does not tell. */
  sizes(names: readonly string[]): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>
  /** Gives up the records before an offset of each partition (-1: all there are); where the partitions begin now. */
  deleteRecords(topic: string, before: ReadonlyMap<number, number>): Promise<ReadonlyMap<number, number>>
}

export interface ConfigDescription {
  readonly name: string
  /** null when it is sensitive, or has none. */
  readonly value: string | null
  /** Where the value was set: on the topic, on this broker, on all brokers, in the broker's own file, or nowhere. */
  readonly source: 'topic' | 'broker' | 'cluster' | 'broker file' | 'default' | 'unknown'
  /** Of one that is set on the topic: what would count without that, by the name that the broker has for it. */
  readonly fallback?: { readonly name: string; readonly value: string | null }
  /** `int`, `long`, `list` …; '' from brokers before 2.6. */
  readonly type: string
  readonly readOnly: boolean
  readonly sensitive: boolean
  /** What it does; '' from brokers before 2.6. */
  readonly documentation: string
}

export interface NewTopic {
  readonly name: string
  readonly partitions?: number
  readonly replicationFactor?: number
  readonly configs?: Readonly<Record<string, string>>
}

export interface TopicDescription {
  readonly name: string
  /** UUID text; another one after the topic was deleted and made again. */
  readonly id: string
  readonly internal: boolean
  /** By number, from 0. */
  readonly partitions: readonly PartitionDescription[]
}

export interface PartitionDescription {
  readonly partition: number
  /** Broker id; -1 while there is none. */
  readonly leader: number
  readonly leaderEpoch: number
}

/**
 * A place in a partition: its first offset there is, the end (the next offset to come), where committed reading ends (in front of the
 * oldest open transaction, or the end), or the first record from a time on.
 */
export type OffsetPlace = 'start' | 'end' | 'stable end' | { readonly timestampMs: number }

export interface KafkaOffsets {
  /** Offset by partition, of all partitions unless named. A time after the last record gives the end. */
  list(topic: string, place: OffsetPlace, partitions?: readonly number[]): Promise<ReadonlyMap<number, number>>
  /** Of many topics with a request for each leader; those that do not exist are left out. */
  listTopics(
    topics: readonly string[],
    place: 'start' | 'end',
  ): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>
  /** For groups without members: informational for Weir, seen by everybody's tools. */
  commit(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void>
  /** Partitions without a committed offset are left out. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>>
}

export interface FetchRequest {
  readonly topic: string
  /** When given, a topic of the same name with another id is UNKNOWN_TOPIC_ID, never read by mistake. */
  readonly topicId?: string
  readonly partitions: readonly { readonly partition: number; readonly offset: number; readonly bytesMax?: number }[]
  /** How long the broker waits for `bytesMin` to be there. Default 500. */
  readonly waitMs?: number
  /** Default 1: answer with anything. */
  readonly bytesMin?: number
  /** Of the whole answer; the first batch is given even if it is larger. Default 32 MiB. */
  readonly bytesMax?: number
  readonly isolation?: 'uncommitted' | 'committed'
  readonly signal?: AbortSignal
  /**
   * Memory for the answer: what fits is read into it, and `records` are views of it until it is given again. Large answers in
   * memory of their own make V8 collect garbage for every few of them. Not used when several brokers are asked.
   */
  readonly into?: Buffer | undefined
}

export interface FetchedPartition {
  readonly partition: number
  /**
   * 0, or a code of protocol/errors.ts. Retriable ones need nothing but the next call (they are tried
   * again here when no partition has anything else); OFFSET_OUT_OF_RANGE and others want a decision.
   */
  readonly errorCode: number
  /** Fetch of all records goes up to here. -1 with an error. */
  readonly highWatermark: number
  /** Fetch of committed ones goes up to here: a transaction is open there, or it is the end. -1 with an error. */
  readonly lastStableOffset: number
  /** What of the committed fetch is to be left out: see `hiddenBatches`. Empty for a fetch of all records. */
  readonly abortedTransactions: readonly AbortedTransaction[]
  /** The first offset there is; also with OFFSET_OUT_OF_RANGE. -1 with other errors. */
  readonly logStartOffset: number
  /**
   * Whole batches: the first may begin before the offset asked for, the last may be cut (readBatchHeader then gives
   * undefined). A view of the answer; the caller may keep it, unless it gave `into`.
   */
  readonly records: Buffer
}

/** One answer for each partition asked for, in no order. All leaders are asked at the same time; the slowest decides. */
export type KafkaFetch = (request: FetchRequest) => Promise<readonly FetchedPartition[]>

export interface ProduceRequest {
  readonly topic: string
  readonly partition: number
  /** One record batch (format v2, checksum right), at most the topic's `max.message.bytes`. */
  readonly batch: Buffer
  readonly acks?: Acks
}

export interface ProducedBatch {
  /** Of the batch's first record; -1 with acks `none`. */
  readonly baseOffset: number
  readonly logAppendTimeMs: number
}
