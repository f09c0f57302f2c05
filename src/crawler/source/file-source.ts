import type { ListedFile } from '../finding.ts'
import type { Listing } from '../listing/listing.ts'
import type { DeltaSource } from './delta-source.ts'

export interface ListOptions {
  readonly signal?: AbortSignal
  /** Files that are listed by now. */
  readonly onCount?: (count: number) => void
}

/**
 * The files of a crawler, in a folder or under a prefix of a bucket. They are only read. What is read of a file is the file that was
 * listed: of one that has changed meanwhile `bytes` and `withFooter` reject, where the place can tell.
 */
export interface FileSource {
  /** Sorted by path. */
  list(exclude: readonly string[], options: ListOptions): Promise<Listing>
  /** Whether a Delta log lies there. */
  hasDeltaLog(): Promise<boolean>
  /** What lies there, as a Delta table. */
  delta(): DeltaSource
  /** The first bytes of a file: as many, or all. */
  head(file: ListedFile, length: number): Promise<Buffer>
  /** All bytes in order; who stops reading ends it. */
  bytes(file: ListedFile): AsyncIterable<Buffer>
  /** A local path where DuckDB finds what Parquet says of itself at its end; for as long as `work` runs. */
  withFooter<Found>(file: ListedFile, work: (path: string) => Promise<Found>): Promise<Found>
  /** How many files are worth looking at at the same time. */
  readonly filesAtOnce: number
}
