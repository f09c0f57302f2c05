import { dirname } from 'node:path'
import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import { SparseIndex } from './sparse-index.ts'

/** One file of batches, from `baseOffset` up to `endOffset`. Only the partition's writer changes it. */
export interface Segment {
  readonly baseOffset: number
  readonly path: string
  readonly createdAt: number
  readonly index: SparseIndex
  /** One beyond the last durable record. */
  endOffset: number
  /** Durable bytes; what lies beyond in the file is not there for anybody. */
  size: number
  /** From this offset on the file is damaged: up to the next segment nothing can be read. */
  damagedFrom?: number
  file: OpenFile
}

export function segmentPath(folder: string, baseOffset: number): string {
  return `${folder}/${String(baseOffset).padStart(20, '0')}.log`
}

export function baseOffsetOf(name: string): number | undefined {
  const digits = /^(\d{20})\.log$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** An empty segment whose name is durable. A file of that name held nothing that was acknowledged, and is replaced. */
export async function createSegment(files: Files, folder: string, baseOffset: number, now: number): Promise<Segment> {
  const path = segmentPath(folder, baseOffset)
  if ((await files.size(path)) !== undefined) await files.remove(path)
  const file = await files.open(path, 'write')
  try {
    await files.syncDirectory(dirname(path))
  } catch (error) {
    await file.close()
    throw error
  }
  return { baseOffset, path, createdAt: now, index: new SparseIndex(), endOffset: baseOffset, size: 0, file }
}
