import type { DuckDBConnection } from '@duckdb/node-api'
import { openDuckdb } from '../../sql/duckdb/open.ts'

/** A connection runs one statement at a time: parsing, committing and counting must not wait for each other. */
export interface WorkerDuckdb {
  readonly parsing: DuckDBConnection
  readonly committing: DuckDBConnection
  readonly counting: DuckDBConnection
  /** Ends what still runs. */
  close(): Promise<void>
}

/**
 * The thread that calls, and no other. With a second one DuckDB spins while it waits for the last task, which costs as much as the
 * parsing of a block; blocks are parsed while the next one is scanned, and a delivery that needs more has more workers.
 */
const threads = 1

export async function openWorkerDuckdb(options: {
  readonly memoryLimitBytes: number
  readonly temporaryDirectory: string
}): Promise<WorkerDuckdb> {
  const duckdb = await openDuckdb({ ...options, threads })
  const connect = async (): Promise<DuckDBConnection> => {
    const connection = await duckdb.connect()
    // Partitions by day and the text of statistics must not depend on where the machine is.
    await connection.run(`SET TimeZone = 'UTC'`)
    return connection
  }
  const [parsing, committing, counting] = [await connect(), await connect(), await connect()]
  return {
    parsing,
    committing,
    counting,
    async close() {
      const connections = [parsing, committing, counting]
      await Promise.all(connections.map(endStatement))
      for (const connection of connections) connection.closeSync()
      duckdb.close()
    },
  }
}

/** A connection that is closed under a running statement never returns from it, and keeps the process; the next one waits its turn. */
async function endStatement(connection: DuckDBConnection): Promise<void> {
  connection.interrupt()
  await connection.run('SELECT 1').catch(() => undefined)
}
