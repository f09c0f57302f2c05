import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { WeirError } from '../../kernel/errors/weir-error.ts'

/** How many commits a database has had, in its header (SQLite's `user_version`), so that it changes with each of them or not at all. */
const key = 'user_version'
/** It has 31 bits. */
const round = 2 ** 31

/**
 * Tells a database that has lost commits: each is counted in it, and then in a file beside it. A write-ahead log that was removed, cut or damaged
 * is no error to SQLite: it opens what the database was before, and tables would be served, and committed to, as they were then
 * (docs/spec/processes.md, INV-P5). The file is not synced: it may be behind after a power cut, and is never in front.
 */
export interface CommitCount {
  /** To be called within each transaction that changes something, before its commit; what it returns, after. */
  next(): () => void
}

/** `WEIR-8006` for a database that lacks commits which the file has counted. */
export function openCommitCount(database: DatabaseSync, path: string): CommitCount {
  if (path === ':memory:') return { next: () => () => undefined }
  const beside = `${path}-commits`
  let count = Number(database.prepare(`PRAGMA ${key}`).get()![key])
  const counted = countIn(beside)
  const lost = counted === undefined ? 0 : (counted - count + round) % round
  if (lost > 0 && lost < round / 2)
    throw new WeirError(
      'WEIR-8006',
      `the metadata in ${path} lacks its last ${lost} ${lost === 1 ? 'change' : 'changes'}: ${path}-wal was removed, cut or damaged, or ${path} is an older one, and tables would be as they were then. Put both back as they were, or restore a backup (weir restore). To go on with what is there, remove ${beside}: what came later, tables among it, is then forgotten`,
    )
  const note = (): void => {
    try {
      // In its place: a file that is emptied first would be empty on a full disk.
      const file = openSync(beside, constants.O_WRONLY | constants.O_CREAT, 0o600)
      try {
        writeSync(file, String(count).padStart(10, '0'), 0)
      } finally {
        closeSync(file)
      }
    } catch {
      // On a full disk a loss would not be told; that is no reason to refuse what is stored.
    }
  }
  note()
  return {
    next() {
      const next = (count + 1) % round
      database.exec(`PRAGMA ${key} = ${next}`)
      return () => {
        count = next
        note()
      }
    },
  }
}

/** Undefined where there is none, or none that a power cut has left whole. */
function countIn(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return /^\d{10}$/.test(text) ? Number(text) : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
