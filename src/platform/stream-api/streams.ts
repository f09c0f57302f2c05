import type { AclBinding } from '../../stream/client/kafka-acls.ts'
import type { ConfigDescription } from '../../stream/client/kafka-client.ts'
import type { StreamSubject } from '../../stream/registry/decode/stream-subjects.ts'

/** Figures of one stream; what only Weir's own log knows is null for another Kafka's. Counts are decimal text. */
export interface StreamFigures {
  readonly name: string
  /** Of the topic: UUID text. */
  readonly id: string
  readonly partitions: number
  /** Offsets between the ends, without those that a restore passed over: transactions and compaction leave fewer records. */
  readonly records: string
  readonly bytes: string | null
  readonly segments: number | null
  readonly rate: StreamRate | null
  /** Why partitions take no records, or where they are damaged. */
  readonly troubles: readonly string[]
}

/** By second. */
export interface StreamRate {
  readonly recordsIn: number
  readonly bytesIn: number
  readonly recordsOut: number
  readonly bytesOut: number
}

export interface StreamPartition {
  readonly partition: number
  readonly start: string
  readonly end: string
  /** Where committed reading ends: before `end` while a transaction is open. */
  readonly stableEnd: string
  readonly bytes: string | null
  readonly segments: number | null
  /** Broker id. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly trouble: string | null
}

export interface StreamOperations {
  /** Of these streams; those that have no topic are left out. */
  figures(names: readonly string[]): Promise<ReadonlyMap<string, StreamFigures>>
  /** Names of topics that Kafka or Weir keep for themselves, with the others; sorted. */
  names(prefix: string): Promise<readonly string[]>
  /** WEIR-2011 when there is no such stream, as all that follow. */
  describe(name: string): Promise<StreamFigures>
  /** By number, from one on. */
  partitions(name: string, from: number, limit: number): Promise<readonly StreamPartition[]>
  configs(name: string): Promise<readonly ConfigDescription[]>
  configure(name: string, changes: Readonly<Record<string, string | null>>, dryRun: boolean): Promise<void>
  /** Subjects of the schema registry that are named after the stream. */
  subjects(name: string): Promise<readonly StreamSubject[]>
  /** Those about the stream, by name or by prefix; null where ACLs are not asked. */
  acls(name: string): Promise<readonly AclBinding[] | null>
}
