import type { Files } from '../../../kernel/files/files.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** Ids for idempotent producers; none is given twice, whatever happens. */
export interface ProducerIds {
  next(): Promise<number>
}

const blockSize = 1000

/**
 * A block of ids is written down before the first of it is given; a restart skips the rest of a block. `passedOver` may have been
 * given by a log that was restored: two producers of one id would have each other's records taken for repeated ones.
 */
export async function openProducerIds(files: Files, path: string, passedOver = 0): Promise<ProducerIds> {
  let next = ((await readJsonIfWhole<{ next: number }>(files, path))?.next ?? 1000) + passedOver
  if (passedOver > 0) await writeJson(files, path, { next })
  let reserved = next
  let reserving: Promise<void> | undefined
  return {
    async next() {
      while (next >= reserved) await (reserving ??= reserve().finally(() => (reserving = undefined)))
      return next++
    },
  }

  async function reserve(): Promise<void> {
    await writeJson(files, path, { next: reserved + blockSize })
    reserved += blockSize
  }
}
