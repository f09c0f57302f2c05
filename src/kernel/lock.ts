import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { WeirError } from './errors/weir-error.ts'

/** Held until `release` or until the process ends, however it ends. */
export interface Lock {
  release(): void
}

/**
 * One owner at a time for what `path` stands for. Node has no flock; SQLite's exclusive mode is the same lock of the
 * kernel's, which goes with the process. The holder is written beside the lock, for the message of the one that is refused.
 */
export function acquireLock(path: string, what: string): Lock {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held (x); COMMIT')
  } catch (cause) {
    database.close()
    throw new WeirError('WEIR-2001', `${what} is in use by ${holderOf(path)}`, { cause })
  }
  writeFileSync(`${path}.holder`, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }), {
    mode: 0o600,
  })
  return { release: () => database.close() }
}

/** Who took the lock last, whether it has it still or not; undefined when nobody did. */
export function lastHolder(path: string): { readonly pid: number; readonly since: string } | undefined {
  try {
    return JSON.parse(readFileSync(`${path}.holder`, 'utf8')) as { pid: number; since: string }
  } catch {
    return undefined
  }
}

function holderOf(path: string): string {
  const holder = lastHolder(path)
  return holder ? `process ${holder.pid}, since ${holder.since}` : 'another process'
}
