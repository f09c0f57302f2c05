import { dirname } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import type { AbortedTransaction } from './open-transactions.ts'
import { removeIfThere } from './small-file.ts'
import { SparseIndex } from './sparse-index.ts'

/** Of the first batch, and the largest of all; -1 of none. */
export interface SegmentTimes {
  readonly firstTimestamp: number
  readonly maxTimestamp: number
}

/**
 * A run of whole batches in one file, from `baseOffset` up to `endOffset`. A file is one segment, or several with damage
 * between them. Only the partition's writer changes it.
 */
export interface Segment {
  readonly baseOffset: number
  readonly path: string
  /** Where its first batch begins in the file: 0 but behind damage. */
  readonly start: number
  readonly times: SegmentTimes
  /** Where batches lie. Of a sealed segment it may lie in its file only: see SegmentIndexes. */
  index: SparseIndex | undefined
  /** The transactions whose markers in it said that they are aborted, in the order of their markers. */
  readonly aborted: AbortedTransaction[]
  /** One beyond the last durable record. */
  endOffset: number
  /** Where its durable bytes end in the file; what lies beyond is not there for anybody. */
  size: number
  /** When it was last written, by the clock of the log; known of those none of whose records has a time (-1 in Kafka's protocol). */
  writtenAt?: number | undefined
  /** When it got its first record, by the clock of the log; of the active one only. */
  filledSince?: number | undefined
  /** From this offset on the file is damaged: up to the next segment nothing can be read. */
  damagedFrom?: number
  /** What is damaged is not there at all: a file was removed, or cut between two batches. */
  isMissing?: boolean
  /** A reader found no batch here, though there was one when the file was opened. */
  garbledAt?: number
}

/** What retention and compaction take for the age of its records. */
export function newestTimeOf({ times, writtenAt }: Segment): number {
  return times.maxTimestamp < 0 ? (writtenAt ?? -1) : times.maxTimestamp
}

export function bytesOf({ start, size }: Segment): number {
  return size - start
}

/** 0 for the file that producers' batches were written to; compaction writes it anew under higher numbers. */
export function segmentPath(folder: string, baseOffset: number, number = 0): string {
  return `${folder}/${String(baseOffset).padStart(20, '0')}${number === 0 ? '' : `.${number}`}.log`
}

export interface SegmentName {
  readonly baseOffset: number
  readonly number: number
}

export function segmentNameOf(name: string): SegmentName | undefined {
  const found = /^(\d{20})(?:\.(\d+))?\.log$/.exec(name)
  return found ? { baseOffset: Number(found[1]), number: Number(found[2] ?? 0) } : undefined
}

/** An empty segment whose name is durable. A file of that name held nothing that was acknowledged, and is replaced. */
export async function createSegment(
  files: Files,
  folder: string,
  baseOffset: number,
  indexIntervalBytes?: number,
): Promise<Segment> {
  const path = segmentPath(folder, baseOffset)
  await removeIfThere(files, path)
  const file = await files.open(path, 'write')
  await file.close()
  await files.syncDirectory(dirname(path))
  const index = new SparseIndex(indexIntervalBytes)
  return { baseOffset, path, start: 0, times: index, index, aborted: [], endOffset: baseOffset, size: 0 }
}
