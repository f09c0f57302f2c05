import { dirname } from 'node:path'
import type { Files } from '../../../kernel/files/files.ts'
import { SparseIndex } from './sparse-index.ts'

/**
 * A run of whole batches in one file, from `baseOffset` up to `endOffset`. A file is one segment, or several with damage
 * between them. Only the partition's writer changes it.
 */
export interface Segment {
  readonly baseOffset: number
  readonly path: string
  /** Where its first batch begins in the file: 0 but behind damage. */
  readonly start: number
  readonly index: SparseIndex
  /** One beyond the last durable record. */
  endOffset: number
  /** Where its durable bytes end in the file; what lies beyond is not there for anybody. */
  size: number
  /** From this offset on the file is damaged: up to the next segment nothing can be read. */
  damagedFrom?: number
  /** A reader found no batch here, though there was one when the file was opened. */
  garbledAt?: number
}

export function bytesOf({ start, size }: Segment): number {
  return size - start
}

export function segmentPath(folder: string, baseOffset: number): string {
  return `${folder}/${String(baseOffset).padStart(20, '0')}.log`
}

export function baseOffsetOf(name: string): number | undefined {
  const digits = /^(\d{20})\.log$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** An empty segment whose name is durable. A file of that name held nothing that was acknowledged, and is replaced. */
export async function createSegment(files: Files, folder: string, baseOffset: number): Promise<Segment> {
  const path = segmentPath(folder, baseOffset)
  if ((await files.size(path)) !== undefined) await files.remove(path)
  const file = await files.open(path, 'write')
  await file.close()
  await files.syncDirectory(dirname(path))
  return { baseOffset, path, start: 0, index: new SparseIndex(), endOffset: baseOffset, size: 0 }
}
