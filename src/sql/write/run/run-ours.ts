import type { DuckDBConnection } from '@duckdb/node-api'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Interruptible } from '../../session/interruptible.ts'
import { sqlError } from '../../sql-error.ts'
import type { RunOurs } from './write-files.ts'

/** Statements of ours on one connection; the session's cancellation ends them. */
export function runOurs(connection: DuckDBConnection, interruptible: Interruptible): RunOurs {
  return async (sql) => {
    const reader = await interruptible.run(connection, () => connection.runAndReadAll(sql))
    return reader.getRowObjectsJson()
  }
}

/** What our own text raised (`ownError`) as PostgreSQL says it; other errors as they are, without places in a text that is not the client's. */
export function explainedWrite(error: Error): Error {
  if (!(error instanceof WeirError)) return error
  const [, sqlstate, message] = /weir:([0-9A-Z]{5}):([^]*)$/.exec(error.message) ?? []
  if (sqlstate && message) return sqlError('WEIR-6005', message, { sqlstate }, error)
  const { position: _, line: __, ...details } = error.details as { position?: number; line?: number }
  // Columns of our own text say nothing to who wrote another one.
  const told = error.message.replace(/ when casting from source column \w+$/, '')
  return new WeirError(error.code, told, { details, cause: error.cause })
}
