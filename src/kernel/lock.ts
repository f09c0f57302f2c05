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

function holderOf(path: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(`${path}.holder`, 'utf8')) as { pid: number; since: string }
    return `process ${pid}, since ${since}`
  } catch {
    return 'another process'
  }
}
