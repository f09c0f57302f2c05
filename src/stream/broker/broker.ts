import type { Registry } from 'prom-client'
import type { Clock } from '../../kernel/clock.ts'
import type { Files } from '../../kernel/files/files.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { OffsetHole } from '../offset-holes.ts'
import type { CustomerKey } from './encryption/customer-key.ts'
import type { BrokerFigures } from './metrics/figures.ts'
import type { ListenerConfig } from './security/listener-config.ts'
import type { SecurityConfig } from './security/security-config.ts'
import type { SecurityChange } from './security/security-log.ts'
import type { CompactionLimits } from './storage/compaction/compact-partition.ts'
import type { StorageLimits } from './storage/storage-services.ts'

/** Where the log lives and where it listens; all that has a default may be left out. */
export interface BrokerConfig {
  /** Owned by one broker at a time (`log.lock` in it). */
  readonly directory: string
  /** Loopback without it. */
  readonly host?: string
  /** 0, or none, takes a free one; `Broker.port` says which. */
  readonly port?: number
  /** What clients are told to connect to; `host` and the bound port unless set. */
  readonly advertisedHost?: string
  readonly advertisedPort?: number
  /** Where clients come in, in place of one that asks nobody, on `host` and `port`. `Broker.port` is that of the first. */
  readonly listeners?: readonly ListenerConfig[]
  readonly security?: SecurityConfig
  /** The customer's keys; without it the log is written in the clear. */
  readonly encryption?: { readonly key: CustomerKey; readonly oldKeys: readonly CustomerKey[] } | undefined
  /**
   * Path of a unix socket for Weir's own parts, in a folder that only its user may enter: who comes by it may do everything.
   * Clients are told to come back by it (`internalAddress`).
   */
  readonly internalSocket?: string
  /** Whether Metadata creates a topic that it does not know. */
  readonly autoCreateTopics: boolean
  readonly defaultPartitions: number
  readonly limits?: Partial<BrokerLimits>
}

export interface BrokerLimits extends StorageLimits, CompactionLimits {
  readonly connectionsMax: number
  /** So many partitions are open at once; for others those are closed that were not used for longest. */
  readonly partitionsOpenMax: number
  /** The largest request, in bytes. */
  readonly requestBytesMax: number
  /** The most that one Fetch answers, in bytes, unless its first batch is larger. */
  readonly fetchBytesMax: number
  /** Requests of all connections that have come or are coming hold so much memory at most; the next ones wait in the kernel. */
  readonly requestBytesHeldMax: number
  /** Answers to Fetch of all connections, until their clients have taken them; who asks meanwhile waits. */
  readonly answerBytesHeldMax: number
  /** Of the memory that requests and answers use in turn so much is kept for the next. */
  readonly lentBytesKept: number
  /** A connection without any traffic is closed after this. */
  readonly idleMs: number
  /** Of TLS: a client that has not ended it by then is closed. */
  readonly handshakeMs: number
  /** How often the files of certificates are looked at. */
  readonly certificateCheckIntervalMs: number
  /** A connection that has not logged in by then, where it must, is closed. */
  readonly loginMs: number
  /** The answer to a failed login comes after this time, twice as late with each failure, up to fifty times. */
  readonly failedLoginDelayMs: number
  /** A request that has begun to arrive, or an answer that is not taken, may stall for this long. */
  readonly stallMs: number
  /**
   * How long a group without members waits for others before its first generation. Default 0: a wait saves a rebalance, but
   * clients that poll for less than it (kafka-python) take the late answer for a reason to join again, and turn in circles.
   */
  readonly groupInitialRebalanceDelayMs: number
  /** What a member may ask for as its session; Kafka's group.min.session.timeout.ms and group.max.session.timeout.ms. */
  readonly groupSessionTimeoutMsMin: number
  readonly groupSessionTimeoutMsMax: number
  /** Of one group; Kafka's group.max.size. */
  readonly groupMembersMax: number
  /** What members of the consumer protocol are told, and how long they may be silent, unless their group has its own. */
  readonly consumerGroupHeartbeatIntervalMs: number
  readonly consumerGroupSessionTimeoutMs: number
  /** How long the offsets of a group without members are kept; Kafka's offsets.retention.minutes. */
  readonly offsetsRetentionMs: number
  /** How often offsets that are over their time, and groups without members and offsets, are looked for. */
  readonly offsetsRetentionCheckIntervalMs: number
  readonly retentionCheckIntervalMs: number
  /** How often it is looked whether something is to be compacted. */
  readonly compactionCheckIntervalMs: number
  /** A partition of which nobody wanted anything for so long is closed; the next use opens it. */
  readonly partitionRestMs: number
  /** The longest that a producer may leave a transaction open; Kafka's transaction.max.timeout.ms. */
  readonly transactionTimeoutMsMax: number
  /** How often transactions that take too long are looked for. */
  readonly transactionCheckIntervalMs: number
  /** A transactional id of which nothing was heard for so long is forgotten; Kafka's transactional.id.expiration.ms. */
  readonly transactionalIdExpirationMs: number
  /** So many transactional ids are known at most. */
  readonly transactionalIdsMax: number
  /** A partition forgets a producer that wrote nothing for so long; Kafka's producer.id.expiration.ms. */
  readonly producerIdExpirationMs: number
  /** How often the ends up to which partitions are known to be whole are written down. */
  readonly checkpointIntervalMs: number
  /** How often partitions that could not write look whether they can again. */
  readonly writeAgainIntervalMs: number
}

/**
 * With what is read beside it to find the first batch it fits into 8 MiB that are used again. Larger answers came at half of the
 * speed: their memory was new each time, and nothing flows until all of an answer is read.
 */
const answerBytesMax = 8 * 1024 * 1024 - 16 * 1024

export const defaultLimits: BrokerLimits = {
  connectionsMax: 4000,
  requestBytesMax: 128 * 1024 * 1024,
  fetchBytesMax: answerBytesMax,
  requestBytesHeldMax: 256 * 1024 * 1024,
  answerBytesHeldMax: 256 * 1024 * 1024,
  lentBytesKept: 32 * 1024 * 1024,
  idleMs: 600_000,
  handshakeMs: 10_000,
  certificateCheckIntervalMs: 10_000,
  loginMs: 30_000,
  failedLoginDelayMs: 100,
  stallMs: 60_000,
  groupInitialRebalanceDelayMs: 0,
  groupSessionTimeoutMsMin: 6000,
  groupSessionTimeoutMsMax: 1_800_000,
  groupMembersMax: 10_000,
  consumerGroupHeartbeatIntervalMs: 5000,
  consumerGroupSessionTimeoutMs: 45_000,
  segmentsOpenMax: 512,
  writtenFilesOpenMax: 512,
  overlapBytesMin: 512 * 1024,
  indexBytesMax: 16 * 1024 * 1024,
  partitionsOpenMax: 20_000,
  offsetsRetentionMs: 7 * 24 * 3_600_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  retentionCheckIntervalMs: 60_000,
  compactionCheckIntervalMs: 15_000,
  compactionMemoryBytes: 32 * 1024 * 1024,
  compactionBytesPerSecond: 32 * 1024 * 1024,
  partitionRestMs: 600_000,
  transactionTimeoutMsMax: 900_000,
  transactionCheckIntervalMs: 1000,
  transactionalIdExpirationMs: 7 * 24 * 3_600_000,
  transactionalIdsMax: 100_000,
  producerIdExpirationMs: 24 * 3_600_000,
  checkpointIntervalMs: 5000,
  writeAgainIntervalMs: 2000,
}

/** What the broker is given instead of reaching for it. */
export interface BrokerServices {
  readonly files: Files
  readonly clock: Clock
  readonly logger: Logger
  /** Told of each change of users, ACLs and quotas. */
  readonly audit?: (change: SecurityChange) => void
  /** The broker's metrics are registered here; a new one when left out. */
  readonly metrics?: Registry
}

/** A running log. */
export interface Broker {
  /** The port that is listened on. */
  readonly port: number
  /** One for each listener. */
  readonly ports: readonly number[]
  readonly metrics: Registry
  readonly figures: BrokerFigures
  status(): BrokerStatus
  /** What the start found lost or damaged of the log's own state, and went on without. */
  readonly notices: readonly string[]
  /** Closes connections and files; what was acknowledged is durable with or without it. */
  stop(): Promise<void>
}

export interface BrokerStatus {
  readonly connections: number
  /** What requests hold that have come or are coming, and answers to Fetch until they are taken. */
  readonly memory: { readonly requestBytes: number; readonly answerBytes: number }
  readonly topics: readonly TopicStatus[]
  /** Topics that are gone, with the offsets that they ended at: a delivery's proof outlives its source. */
  readonly deletedTopics: readonly DeletedTopic[]
  readonly groups: number
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
  readonly recordsInPerSecond: number
}

export interface TopicStatus {
  readonly name: string
  /** UUID text. */
  readonly id: string
  readonly partitions: readonly PartitionStatus[]
}

export interface PartitionStatus {
  readonly partition: number
  readonly startOffset: number
  /** One beyond the last durable record. */
  readonly endOffset: number
  readonly bytes: number
  /** Offsets that were passed over after restores; left out when there are none. */
  readonly holes?: readonly OffsetHole[]
  /** Why the partition takes no records at the moment, or where it is damaged. */
  readonly trouble?: string
}

export interface DeletedTopic {
  readonly id: string
  readonly name: string
  /** By partition. */
  readonly endOffsets: readonly number[]
  /** ISO 8601. */
  readonly deletedAt: string
}
