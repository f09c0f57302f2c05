import type { Files } from '../../src/kernel/files/files.ts'

export interface CountingFiles {
  readonly files: Files
  /** Files that are open now, and the most that were at once. */
  readonly open: number
  readonly openMost: number
  /** Bytes that were read from open files, all in all. */
  readonly bytesRead: number
}

/** The real files; counts what is open and what is read. */
export function countingFiles(real: Files): CountingFiles {
  const counts = { open: 0, openMost: 0, bytesRead: 0 }
  return {
    get open() {
      return counts.open
    },
    get openMost() {
      return counts.openMost
    },
    get bytesRead() {
      return counts.bytesRead
    },
    files: {
      ...real,
      open: async (path, mode) => {
        const file = await real.open(path, mode)
        counts.openMost = Math.max(counts.openMost, ++counts.open)
        return {
          path,
          write: (buffers, position) => file.write(buffers, position),
          read: async (target, position) => {
            const got = await file.read(target, position)
            counts.bytesRead += got
            return got
          },
          truncate: (length) => file.truncate(length),
          sync: () => file.sync(),
          close: async () => {
            counts.open--
            await file.close()
          },
        }
      },
    },
  }
}
