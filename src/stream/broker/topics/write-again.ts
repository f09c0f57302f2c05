import type { Files } from '../../../kernel/files/files.ts'
import { removeIfThere } from '../storage/small-file.ts'
import type { TopicStore } from './topic-store.ts'

/** Enough for a few batches: an empty file can be made on a disk that takes no record. */
const probeBytes = 1024 * 1024

/**
 * Partitions that could not write look whether they can again, without a producer that tries: who waits for the trouble to
 * be over would wait for ever. Nothing is done while there is none.
 */
export async function writeAgain(topics: TopicStore, directory: string, files: Files): Promise<void> {
  const broken = topics
    .all()
    .flatMap(({ partitions }) => partitions.flatMap(({ opened }) => (opened?.isBroken === true ? [opened] : [])))
  if (broken.length === 0 || !(await takesBytes(`${directory}/probe`, files))) return
  for (const log of broken) await log.roll()
}

async function takesBytes(path: string, files: Files): Promise<boolean> {
  try {
    const file = await files.open(path, 'write')
    try {
      await file.write([Buffer.alloc(probeBytes)], 0)
      await file.sync()
    } finally {
      await file.close()
    }
    return true
  } catch {
    // What is wrong was said when it broke.
    return false
  } finally {
    await removeIfThere(files, path).catch(() => undefined)
  }
}
