import type { Isolation } from '../../stream/reader/place.ts'
import type { RecordFilter } from '../../stream/reader/record-filter.ts'

/** A key, a value, or the value of a header, as text: what the bytes are is said, nothing is replaced. */
export interface Datum {
  /** `avro`, and `json` with a schema, were read by their schema; `json` without one only looks like it. */
  readonly format: 'avro' | 'json' | 'text' | 'bytes'
  /** Of `text`. */
  readonly encoding: 'utf-8' | 'base64'
  readonly text: string
  /** All there are in the record. */
  readonly bytes: number
  /** Whether `text` has the beginning only. */
  readonly cut: boolean
  readonly schema?: {
    readonly id: number
    readonly type: string
    readonly subject: string
    readonly version: number
    readonly name?: string | undefined
  }
  /** Why bytes that name a schema were not read by it. */
  readonly problem?: string
}

export interface StreamRecord {
  readonly partition: number
  readonly offset: string
  readonly timestamp: string
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly key: Datum | null
  /** null for a tombstone. */
  readonly value: Datum | null
  /** In their order; names may repeat. */
  readonly headers: readonly { readonly key: string; readonly value: Datum | null }[]
  /** Of key, value and headers. */
  readonly bytes: number
  /** Whether it was written in a transaction. */
  readonly transactional: boolean
}

/** One record with all that is known of it. */
export interface RecordDetail extends StreamRecord {
  /** What consumers of committed records see of it. */
  readonly visibility: 'committed' | 'open transaction' | 'aborted'
  readonly batch: {
    readonly baseOffset: string
    readonly records: number
    readonly bytes: number
    readonly compression: string
    /** null when the producer is not idempotent. */
    readonly producerId: string | null
    readonly leaderEpoch: number
  }
  /** The records beside it, if there are any. */
  readonly previous: string | null
  readonly next: string | null
}

export interface RecordsRequest {
  readonly limit: number
  readonly partitions?: readonly number[] | undefined
  /** Oldest first from there on; newest first without it. As `weir stream tail --from` takes it. */
  readonly from?: string | undefined
  /** `next` of the page before. */
  readonly after?: string | undefined
  readonly isolation: Isolation
  /** Of each key and value, in the text. */
  readonly textBytesMax: number
}

/** A partition that cannot be read, and why. */
export interface PartitionTrouble {
  readonly partition: number
  readonly code: string
  readonly message: string
}

export interface RecordsPage {
  readonly items: readonly StreamRecord[]
  readonly next: string | null
  readonly troubles: readonly PartitionTrouble[]
}

export interface RecordSearch extends Omit<RecordsRequest, 'from'> {
  readonly filter: RecordFilter
  readonly order: 'newest' | 'oldest'
  /** The range; all there is without it. */
  readonly from?: string | undefined
  readonly until?: string | undefined
  /** What is read at most before it asks to go on. */
  readonly bytesMax: number
}

export type SearchEvent =
  | { readonly kind: 'records'; readonly records: readonly StreamRecord[] }
  | { readonly kind: 'progress'; readonly looked: string; readonly total: string; readonly bytes: number }
  /** `next` goes on where it ended; null when all was searched. */
  | { readonly kind: 'end'; readonly reason: 'all searched' | 'limit' | 'bytes'; readonly next: string | null }

export interface ProducedRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[]
  readonly partition?: number | undefined
  readonly timestampMs?: number | undefined
}

export interface Produced {
  readonly produced: number
  /** Where they are; batches of records that follow one another. */
  readonly batches: readonly { readonly partition: number; readonly baseOffset: string; readonly records: number }[]
}

/** Looks at records and sends some, for people: what moves data goes by Kafka clients. */
export interface RecordOperations {
  page(stream: string, request: RecordsRequest): Promise<RecordsPage>
  /** Ends when it has found `limit` records, read `bytesMax`, or all; or when `signal` aborts. */
  search(stream: string, search: RecordSearch, signal: AbortSignal): AsyncIterable<SearchEvent>
  /** WEIR-3124 when there is no record at the offset. */
  one(stream: string, partition: number, offset: number, textBytesMax: number): Promise<RecordDetail>
  /** Key or value as it is. */
  bytes(stream: string, partition: number, offset: number, part: 'key' | 'value'): Promise<Buffer | null>
  /** Acknowledged when it resolves. */
  produce(stream: string, records: readonly ProducedRecord[]): Promise<Produced>
}
