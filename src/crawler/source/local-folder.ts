import { createReadStream } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join } from 'node:path'
import { deltaLogName } from '../../lake/delta/delta-log.ts'
import { listFolder } from '../listing/list-folder.ts'
import type { FileSource } from './file-source.ts'
import { folderDelta } from './folder-delta.ts'

const chunkBytes = 1 << 18

/** Files of a folder of this machine. */
export function localFolder(folder: string): FileSource {
  return {
    filesAtOnce: 4,
    list: (exclude, options) => listFolder(folder, exclude, options),
    async hasDeltaLog() {
      const found = await lstat(join(folder, deltaLogName)).catch(() => undefined)
      return found?.isDirectory() === true
    },
    delta: () => folderDelta(folder),
    head: ({ path, sizeBytes }, length) => headOf(join(folder, path), Math.min(sizeBytes, length)),
    bytes: ({ path }) => createReadStream(join(folder, path), { highWaterMark: chunkBytes }),
    withFooter: ({ path }, work) => work(join(folder, path)),
  }
}

async function headOf(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await handle.read(buffer, 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
