import type { Files } from '../../../kernel/files/files.ts'
import type { PartitionCheckpoint } from '../storage/open-partition.ts'
import { readJsonIfWhole, writeJson } from '../storage/small-file.ts'

/** What is written down about all partitions: up to where each is known to be whole, and where it starts. */
export interface Checkpoints {
  of(key: string): PartitionCheckpoint
  /** Durable when it resolves; the caller gives the state of all partitions. Calls are taken one after the other. */
  save(all: () => Readonly<Record<string, PartitionCheckpoint>>): Promise<void>
}

/**
 * Without the file recovery reads more, knows damage in the last write of a file from a torn tail no more, and partitions start
 * where their first file does.
 */
export async function openCheckpoints(files: Files, path: string): Promise<Checkpoints> {
  const known = (await readJsonIfWhole<Record<string, PartitionCheckpoint>>(files, path)) ?? {}
  let saved = ''
  let last: Promise<void> = Promise.resolve()
  return {
    of: (key) => known[key] ?? { recoveryPoint: 0, startOffset: 0 },
    save(all) {
      const next = last
        .catch(() => undefined)
        .then(async () => {
          const value = all()
          const text = JSON.stringify(value)
          if (text === saved) return
          await writeJson(files, path, value)
          saved = text
        })
      last = next
      return next
    },
  }
}
