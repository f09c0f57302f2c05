import type { AbortedTransaction } from '../stream/client/aborted-records.ts'
import type { OffsetHole } from '../stream/offset-holes.ts'

/** What a delivery worker reads from: one topic, by id, so that a topic made again under the name is never read by mistake. */
export interface RecordSource {
  /** The topic's id (UUID text): `_source` of each row. Another one only after `refresh`. */
  readonly id: string
  /** The topic's name. */
  readonly stream: string
  /** From here on the topic that has the name now; called between two sessions. Without one it stays as it is. */
  refresh(): Promise<void>
  /**
   * Whole batches of the Kafka format v2 from these offsets on, up to the synced end of the log, or to the first transaction that
   * is open. Waits at most `waitMs` for
   * the first byte. A first batch may begin before the offset asked for. Temporary failures are retried inside, until `signal`.
   */
  fetch(request: SourceFetch): Promise<readonly SourceAnswer[]>
  /** Who has the transaction open that reading waits for, for people: `producer 1000`. */
  openTransaction(partition: number): Promise<string | undefined>
  /** The synced end of each partition, and the first offset that is still there. Rejects with WEIR-5018 when the topic is another one by now. */
  bounds(partitions: readonly number[]): Promise<readonly PartitionBounds[]>
  close(): Promise<void>
}

export interface SourceFetch {
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[]
  readonly waitMs: number
  readonly bytesMax: number
  readonly signal?: AbortSignal
  /** Records may be views of this memory, until it is given again. */
  readonly into?: Buffer | undefined
}

/** `gone`: the topic or partition does not exist any more under this id. `out of range`: see the bounds. */
export type SourceAnswer =
  | {
      readonly kind: 'records'
      readonly partition: number
      readonly records: Buffer
      readonly end: number
      /** Reading goes up to here at the moment: a transaction is open there. The end when left out. */
      readonly stableEnd?: number
      /** What is to be left out of the records. */
      readonly aborted?: readonly AbortedTransaction[]
      /** The broker did not answer for now: that there is no record says nothing of what lies there. */
      readonly isPutOff?: true
    }
  | { readonly kind: 'out of range' | 'gone'; readonly partition: number }
  /** The log cannot read what it had acknowledged there. */
  | { readonly kind: 'damaged'; readonly partition: number }
  | { readonly kind: 'failed'; readonly partition: number; readonly reason: string }

export interface PartitionBounds {
  readonly partition: number
  readonly start: number
  readonly end: number
  /** Committed records end here: a transaction is open there. The end when left out. */
  readonly stableEnd?: number
  /** Offsets that the log passed over when it was restored; absent when there are none. */
  readonly holes?: readonly OffsetHole[]
}
