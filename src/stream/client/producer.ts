import type { Compression } from '../protocol/records/batch-header.ts'
import type { Acks } from './acks.ts'

export interface ProducerOptions {
  readonly topic: string
  /** Default `all`. */
  readonly acks?: Acks
  /** Each batch is written once and in order whatever is tried again. Default true; needs acks `all`. */
  readonly idempotent?: boolean
  /** Batches in flight for one partition, 1 to 5. Default 5. */
  readonly inFlightMax?: number
  /** How long records wait for others before they are sent. Default 5. */
  readonly lingerMs?: number
  /** Of one batch, headers included. Default 900,000: Kafka takes 1 MiB by default. A single larger record makes a batch of its own. */
  readonly batchBytesMax?: number
  /** Of all that waits to be sent or acknowledged: then `send` asks to wait. Default 32 MiB. */
  readonly bufferBytesMax?: number
  readonly compression?: Compression
  /**
   * Goes on as a producer of before: what that one has in flight still and what this one sends follow one another by their sequence
   * numbers, and the broker refuses what does not (OUT_OF_ORDER_SEQUENCE_NUMBER), so nothing can come twice.
   */
  readonly continues?: ContinuedProducer
  /** How long a batch may take to be acknowledged with all its retries. Default 120 s. */
  readonly deadlineMs?: number
  /** Of a batch that a single record makes, compressed: `send` throws for one that makes a larger one. The topic's max.message.bytes, if known. */
  readonly recordBytesMax?: number | undefined
  /** Batches have been refused for some seconds and are tried again until the deadline: why. Once a minute at most. */
  readonly onWaiting?: (reason: unknown) => void
  /** For each batch, in the order of acknowledgement. */
  readonly onAcknowledged?: (batch: AcknowledgedBatch) => void
}

/** Who an idempotent producer is. */
export interface ProducerId {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface ContinuedProducer extends ProducerId {
  /** By partition: the next sequence number; 0 where it is left out. */
  readonly nextSequences: ReadonlyMap<number, number>
}

export interface AcknowledgedBatch {
  readonly partition: number
  /** Of the first record; -1 with acks `none`. */
  readonly baseOffset: number
  readonly records: number
}

export interface OutgoingRecord {
  readonly value: Buffer | string | null
  /** Records with the same key go to the same partition, by the hash of Kafka's own clients (murmur2). */
  readonly key?: Buffer | string | null
  /** Goes before the key. */
  readonly partition?: number
  readonly timestampMs?: number
  readonly headers?: readonly { readonly key: string; readonly value: Buffer | null }[]
}

/**
 * Sends records to one topic. Values are copied, so a caller may reuse its buffers at once. Records without key fill one
 * partition's batch after the other. After the first batch that could not be written, `send` throws and `flush` rejects with its
 * error: what was not acknowledged is then not known to be written.
 */
export interface Producer {
  /** By which its batches can be told in the log; undefined when it is not idempotent. */
  readonly identity: ProducerId | undefined
  /** Undefined while there is room; else a promise to wait for before the next record. */
  send(record: OutgoingRecord): Promise<void> | undefined
  /** Each line a value without key; a line that the chunk leaves open goes on in the next one. Empty lines are left out. */
  sendLines(chunk: Buffer): Promise<void> | undefined
  /** Sends all there is, the open line too, and waits until it is acknowledged. */
  flush(): Promise<{ readonly records: number; readonly bytes: number }>
  /** Flushes first. */
  close(): Promise<void>
}
