import { crc32c } from '@node-rs/crc32'
import type { Files } from '../../../kernel/files/files.ts'
import type { Segment } from './segment.ts'
import { SparseIndex, type IndexEntry } from './sparse-index.ts'

const numbersBefore = 4 // format, size of the segment, end offset, largest timestamp
const format = 1

/** Saves a sealed segment's index beside it. It is not synced: one that is torn is found by its checksum and made again. */
export async function saveIndex(files: Files, segment: Segment): Promise<void> {
  // What is not whole any more has to be read at the next start.
  if (segment.garbledAt !== undefined) return
  const { entries, maxTimestamp } = segment.index
  const numbers = new Float64Array(numbersBefore + entries.length * 3)
  numbers.set([format, segment.size, segment.endOffset, maxTimestamp])
  entries.forEach((entry, index) =>
    numbers.set([entry.offset, entry.position, entry.timestampBefore], numbersBefore + index * 3),
  )
  const bytes = Buffer.from(numbers.buffer)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32c(bytes) >>> 0)
  const path = indexPath(segment.path)
  if ((await files.size(path)) !== undefined) await files.remove(path)
  const file = await files.open(path, 'write')
  try {
    await file.write([checksum, bytes], 0)
  } finally {
    await file.close()
  }
}

/** The index of the segment at `path`; undefined when it is absent, torn or of another state of the segment. */
export async function loadIndex(
  files: Files,
  path: string,
): Promise<{ readonly size: number; readonly endOffset: number; readonly index: SparseIndex } | undefined> {
  const where = indexPath(path)
  const byteLength = await files.size(where)
  if (byteLength === undefined || byteLength < 4 + numbersBefore * 8 || (byteLength - 4) % 8 !== 0) return undefined
  const bytes = await files.read(where)
  const body = Buffer.from(bytes.subarray(4)) // a copy begins at a multiple of eight
  if (crc32c(body) >>> 0 !== bytes.readUInt32BE(0)) return undefined
  const numbers = new Float64Array(body.buffer, body.byteOffset, body.byteLength / 8)
  const [version, size, endOffset, maxTimestamp] = numbers as unknown as [number, number, number, number]
  if (version !== format || size !== (await files.size(path))) return undefined
  const entries: IndexEntry[] = []
  for (let at = numbersBefore; at < numbers.length; at += 3)
    entries.push({ offset: numbers[at]!, position: numbers[at + 1]!, timestampBefore: numbers[at + 2]! })
  return { size, endOffset, index: new SparseIndex(entries, maxTimestamp) }
}

export function indexPath(segment: string): string {
  return segment.replace(/\.log$/, '.index')
}
