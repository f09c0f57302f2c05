import type { Files } from '../../../kernel/files/files.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** Ids for idempotent producers; none is given twice, whatever happens. */
export interface ProducerIds {
  next(): Promise<number>
}

const blockSize = 1000

/** A block of ids is written down before the first of it is given; a restart skips the rest of a block. */
export async function openProducerIds(files: Files, path: string): Promise<ProducerIds> {
  let next = (await readJsonIfWhole<{ next: number }>(files, path))?.next ?? 1000
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
