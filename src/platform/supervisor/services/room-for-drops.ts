import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { createReserve } from '../../../kernel/files/reserve.ts'

/** A note, pages of the metadata's log, and what others write meanwhile. */
const roomBytes = 4 << 20

/**
 * Dropping a table is how people make room on a full disk, and takes some itself: its note, and the change of the catalog. A file in the data
 * directory holds it until then (docs/spec/processes.md, INV-P6).
 */
export interface RoomForDrops {
  /** Makes the file where it is not there; on a full disk later. */
  keep(): Promise<void>
  /** Runs the drop, once more with the room where the disk is full; the room is kept again after it. */
  within<T>(drop: () => Promise<T>): Promise<T>
}

export function roomForDrops(path: string, files: Files): RoomForDrops {
  const reserve = createReserve(files, path, { bytes: roomBytes, isFull })
  // A drop is not refused for want of room for the next.
  const keep = (): Promise<void> => reserve.refill().catch(() => undefined)
  return { keep, within: (drop) => reserve.lend(drop).finally(keep) }
}

/** The catalog answers by its REST interface, with the code behind its words. */
function isFull(error: unknown): boolean {
  const { code, message } = asWeirError(error)
  return code === 'WEIR-8001' || message.includes('(WEIR-8001)') || message.includes('the disk is full')
}
