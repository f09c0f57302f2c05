import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** A session's own folder for what it has written and not committed; no statement of a client can name it. */
export interface Scratch {
  /** A new empty folder in it. */
  folder(): Promise<string>
  /** Removes all that lies there. */
  clear(): Promise<void>
}

let lastId = 0

export function openScratch(directory: string): Scratch {
  const own = join(directory, `${process.pid}-${++lastId}`)
  let count = 0
  return {
    async folder() {
      const path = join(own, String(++count))
      await mkdir(path, { recursive: true, mode: 0o700 })
      return path
    },
    async clear() {
      if (count > 0) await rm(own, { recursive: true, force: true })
    },
  }
}
