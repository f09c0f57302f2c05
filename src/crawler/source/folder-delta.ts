import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { inParallel } from '../../kernel/in-parallel.ts'
import { localLog } from '../../lake/delta/log-files.ts'
import type { ListedFile } from '../finding.ts'
import type { DeltaSource } from './delta-source.ts'

const filesAtOnce = 32

/** A Delta table in a folder of this machine. */
export function folderDelta(folder: string): DeltaSource {
  return {
    log: localLog(folder),
    async find(paths) {
      const found = new Map<string, ListedFile>()
      await inParallel([...paths], filesAtOnce, async (path) => {
        const file = await lstat(join(folder, path)).catch(() => undefined)
        if (file)
          found.set(path, { path, sizeBytes: file.size, modifiedMs: file.mtimeMs, isLink: file.isSymbolicLink() })
      })
      return found
    },
    vectorBytes: undefined,
  }
}
