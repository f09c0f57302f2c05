import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect } from 'kysely'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { openCommitCount, type CommitCount } from './commit-count.ts'
import type { Database } from './database.ts'
import { sqliteTypes } from './migrations.ts'
import type { MetadataTables } from './tables.ts'

/** `:memory:` is for tests. FULL, because the pointer of a table must not be undone by a power cut (INV-P4). */
export function openSqlite(path: string): Database {
  const { database, count } = open(path)
  const changed = countedChanges(database, count)
  const db = new Kysely<MetadataTables>({
    dialect: new SqliteDialect({
      database: {
        close: () => database.close(),
        prepare(text) {
          // A disk that was full has undone the transaction already: an error of the second undoing would hide why.
          if (text === 'rollback' && !database.isTransaction) return nothingToUndo
          const statement = database.prepare(text)
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => explained(path, () => changed(text, () => statement.all(...(parameters as never[])))),
            iterate: (parameters) => statement.iterate(...(parameters as never[])) as never,
            run: (parameters) =>
              explained(path, () => changed(text, () => statement.run(...(parameters as never[]))) as never),
          }
        },
      },
    }),
  })
  // One connection that kysely hands out to one transaction at a time: nothing can come between.
  return { db, types: sqliteTypes, transact: (work) => db.transaction().execute(work) }
}

/** Runs statements so that each commit is counted within it: those of transactions, and those that are one by themselves. */
function countedChanges(database: DatabaseSync, count: CommitCount) {
  let before = 0
  const total = database.prepare('SELECT total_changes() AS n')
  const changes = (): number => Number(total.get()!['n'])
  return <T>(text: string, run: () => T): T => {
    if (text === 'begin') before = changes()
    if (text === 'commit') {
      const counted = changes() === before ? undefined : count.next()
      const answer = run()
      counted?.()
      return answer
    }
    if (database.isTransaction || !/^\s*(insert|update|delete|replace)\b/i.test(text)) return run()
    database.exec('BEGIN IMMEDIATE')
    try {
      const counted = count.next()
      const answer = run()
      database.exec('COMMIT')
      counted()
      return answer
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

const nothingToUndo = {
  reader: false,
  all: () => [],
  iterate: () => [][Symbol.iterator](),
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
}

/** A log of some pages, and the file in which processes share its index. */
const roomBytesMin = 1_000_000
/** SQLITE_FULL, which the system's ENOSPC and EDQUOT become. */
const full = 13
/** SQLITE_CORRUPT, SQLITE_NOTADB. */
const damaged: ReadonlySet<number> = new Set([11, 26])

function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { errcode = 0, message } = cause as Error & { readonly errcode?: number }
    if (damaged.has(errcode & 0xff))
      throw new WeirError(
        'WEIR-8006',
        `the metadata in ${path} is damaged: ${message}. Restore it from a backup: weir restore`,
        { cause },
      )
    if (errcode !== full) throw cause
    throw new WeirError('WEIR-8001', `${path} cannot be written: the disk is full. Free space`, { cause })
  }
}

/** SQLite says `disk I/O error` where its log, or what it shares of it, finds no room. */
function mustHaveRoom(path: string, cause: unknown): void {
  const { bavail, bsize } = statfsSync(dirname(path))
  if (bavail * bsize >= roomBytesMin) return
  throw new WeirError(
    'WEIR-8001',
    `the metadata in ${path} cannot be opened: its disk is full, ${bavail * bsize} bytes are free. Free some megabytes there and start again: nothing is lost`,
    { cause },
  )
}

function open(path: string): { readonly database: DatabaseSync; readonly count: CommitCount } {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 5000 })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    return { database, count: openCommitCount(database, path) }
  } catch (cause) {
    database?.close()
    if (cause instanceof WeirError) throw cause
    mustHaveRoom(path, cause)
    throw new WeirError(
      'WEIR-8006',
      `the metadata in ${path} cannot be opened: ${(cause as Error).message}. Restore it from a backup: weir restore`,
      { cause },
    )
  }
}
