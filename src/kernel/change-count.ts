import { randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What was told with this holds as long as the file has this count. JSON-safe: it goes with the answer. */
export interface Hold {
  readonly path: string
  readonly count: number
}

/**
 * How often something has changed, in a file that other processes of this machine look at: that costs them some microseconds,
 * where a question costs each of two processes a turn. It says nothing about what has changed, and nothing after a crash.
 */
export interface ChangeCount {
  /** What is true now, and told now, holds until `raise`. */
  hold(): Hold
  /** Nothing holds any more. Whoever is told of the change afterwards finds the new count. */
  raise(): void
  /** Nothing holds any more, and nothing will. */
  close(): void
}

const bytes = 8

export function openChangeCount(directory: string): ChangeCount {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, `changes-${randomUUID()}`)
  let file: number | undefined = openSync(path, 'wx', 0o600)
  let count = 0
  let isTold = false
  writeSync(file, encoded(count), 0, bytes, 0)
  return {
    hold() {
      isTold = true
      return { path, count }
    },
    raise() {
      // A count that nobody was told needs no other one.
      if (!isTold || file === undefined) return
      isTold = false
      count++
      try {
        writeSync(file, encoded(count), 0, bytes, 0)
      } catch {
        // A disk that takes nothing more: nobody finds a count again, and everybody asks.
        rmSync(path, { force: true })
      }
    },
    close() {
      if (file === undefined) return
      rmSync(path, { force: true })
      closeSync(file)
      // Its number may be another file's from now on.
      file = undefined
    },
  }
}

/** Whether nothing has changed since. A file that is gone, or half written, holds nothing. */
export function stillHolds({ path, count }: Hold): boolean {
  try {
    const file = openSync(path, 'r')
    try {
      const found = Buffer.alloc(bytes)
      return readSync(file, found, 0, bytes, 0) === bytes && found.equals(encoded(count))
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/** Twice, so that a count of which one half is read old and one new is none. */
function encoded(count: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUInt32LE(count >>> 0, 0)
  buffer.writeUInt32LE(~count >>> 0, 4)
  return buffer
}
