import type { DuckDBConnection } from '@duckdb/node-api'
import type { SessionViews } from '../bind/session-views.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import { quoteText } from '../gate/statement.ts'
import { keptPlans, type KeptPlans } from './kept-plans.ts'
import type { SessionSettings } from './settings.ts'

/** One session's connections to DuckDB: one for each statement that is open, lent with the session's names and time zone. */
export interface SessionConnections {
  take(): Promise<SessionConnection>
  give(lent: SessionConnection): void
  close(): void
}

export interface SessionConnection {
  readonly connection: DuckDBConnection
  readonly plans: KeptPlans
  /** What names and settings mean now, for `plans`. */
  readonly meaning: string
}

/** A connection with what it was last told, which is said again only when it differs: that costs as much as a small query. */
interface Own {
  readonly connection: DuckDBConnection
  readonly plans: KeptPlans
  told: string
  /** Set while nobody uses it. */
  idle: NodeJS.Timeout | undefined
}

/**
 * How far a result is computed ahead of its client, which is a chunk. DuckDB does not count the texts that it holds there: of its
 * default of a megabyte each, fifty results of long texts took 2.6 GB.
 */
const ahead = `SET streaming_buffer_size = '16KB'`
const idleMax = 4
/** How long plans outlive their last statement: like the links to the segments that they read. */
const lingerMs = 2000

export function sessionConnections(duckdb: Duckdb, settings: SessionSettings, views: SessionViews): SessionConnections {
  const idle: Own[] = []
  const owners = new WeakMap<SessionConnection, Own>()
  let closed = false

  const open = async (): Promise<Own> => {
    const connection = await duckdb.connect()
    return { connection, plans: keptPlans(connection), told: '', idle: undefined }
  }
  const close = ({ connection, plans, idle: timer }: Own): void => {
    clearTimeout(timer)
    plans.drop()
    connection.closeSync()
  }
  return {
    async take() {
      const own = idle.pop() ?? (await open())
      clearTimeout(own.idle)
      const path = await views.searchPath([...settings.searchPath, 'public'])
      const words = `${ahead}; SET search_path = ${quoteText(path)}; SET TimeZone = ${quoteText(settings.timeZone)}`
      if (own.told !== words) await own.connection.run(words)
      own.told = words
      const lent = { connection: own.connection, plans: own.plans, meaning: `${views.version} ${words}` }
      owners.set(lent, own)
      return lent
    },
    give(lent) {
      const own = owners.get(lent)!
      if (idle.length >= idleMax || closed) return close(own)
      own.idle = setTimeout(() => own.plans.drop(), lingerMs).unref()
      idle.push(own)
    },
    close() {
      closed = true
      idle.splice(0).forEach(close)
    },
  }
}
