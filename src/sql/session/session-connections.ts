import type { DuckDBConnection } from '@duckdb/node-api'
import type { SessionViews } from '../bind/session-views.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import { quoteText } from '../gate/statement.ts'
import type { SessionSettings } from './settings.ts'

/** One session's connections to DuckDB: one for each statement that is open, lent with the session's names and time zone. */
export interface SessionConnections {
  take(): Promise<DuckDBConnection>
  give(connection: DuckDBConnection): void
  close(): void
}

const idleMax = 4

export function sessionConnections(duckdb: Duckdb, settings: SessionSettings, views: SessionViews): SessionConnections {
  const idle: DuckDBConnection[] = []
  /** What each was last told, which is said again only when it differs: that costs as much as a small query. */
  const told = new WeakMap<DuckDBConnection, string>()
  let closed = false
  return {
    async take() {
      const connection = idle.pop() ?? (await duckdb.connect())
      const path = await views.searchPath([...settings.searchPath, 'public'])
      const words = `SET search_path = ${quoteText(path)}; SET TimeZone = ${quoteText(settings.timeZone)}`
      if (told.get(connection) !== words) await connection.run(words)
      told.set(connection, words)
      return connection
    },
    give(connection) {
      if (idle.length < idleMax && !closed) idle.push(connection)
      else connection.closeSync()
    },
    close() {
      closed = true
      for (const connection of idle.splice(0)) connection.closeSync()
    },
  }
}
