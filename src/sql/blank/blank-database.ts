import type { DuckDBConnection } from '@duckdb/node-api'
import type { BoundRelations } from '../bind/binder.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import { quoteText } from '../gate/statement.ts'
import { attachBlankNames, type BlankNames } from './blank-names.ts'

/**
 * A DuckDB of its own in which a project's tables have no rows: for all that can be said of a statement before its data is looked at.
 * Whatever it plans is true of any data, because no optimizer that goes by data is on.
 */
export interface BlankDatabase {
  /** Runs `work` on a connection that knows the statement's names. */
  use<T>(session: BlankSession, work: (connection: DuckDBConnection, names: BlankNames) => Promise<T>): Promise<T>
  close(): void
}

export interface BlankSession {
  readonly bound: BoundRelations
  readonly searchPath: readonly string[]
  readonly timeZone: string
}

/** Optimizers that move conditions to where rows are read, by what is written alone. */
const optimizers = new Set(
  'expression_rewriter filter_pullup filter_pushdown cte_filter_pusher regex_range in_clause deliminator unnest_rewriter cte_inlining'.split(
    ' ',
  ),
)

const idleMax = 4

interface Idle {
  readonly connection: DuckDBConnection
  readonly names: BlankNames
  told: string
}

/** `open` makes the database when it is first needed, without the optimizers that are named. */
export function blankDatabase(open: (isOff: (optimizer: string) => boolean) => Promise<Duckdb>): BlankDatabase {
  const idle: Idle[] = []
  let opened: Promise<Duckdb> | undefined
  let closed = false

  const take = async (): Promise<Idle> => {
    const found = idle.pop()
    if (found) return found
    opened ??= open((optimizer) => !optimizers.has(optimizer))
    const connection = await (await opened).connect()
    return { connection, names: await attachBlankNames(connection), told: '' }
  }
  const give = async (own: Idle): Promise<void> => {
    if (idle.length < idleMax && !closed) return void idle.push(own)
    await own.names.detach().catch(() => {})
    own.connection.closeSync()
  }
  return {
    async use({ bound, searchPath, timeZone }, work) {
      const own = await take()
      try {
        await own.names.place(bound)
        const path = await own.names.searchPath([...searchPath, 'public'])
        const words = `SET search_path = ${quoteText(path)}; SET TimeZone = ${quoteText(timeZone)}`
        if (own.told !== words) await own.connection.run(words)
        own.told = words
        return await work(own.connection, own.names)
      } finally {
        await give(own)
      }
    },
    close() {
      closed = true
      for (const { connection } of idle.splice(0)) connection.closeSync()
      void opened?.then((database) => database.close()).catch(() => {})
    },
  }
}
