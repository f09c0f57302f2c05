import type { DuckDBConnection } from '@duckdb/node-api'

/** Work on connections that can be ended from outside. */
export interface Interruptible {
  run<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T>
  /** Interrupts what runs now; what begins later is not touched. */
  interrupt(): void
}

const againMs = 10

/** DuckDB forgets an interrupt that comes just before a query starts, so it is said again until the work has ended. */
export function createInterruptible(): Interruptible {
  const running = new Map<symbol, DuckDBConnection>()
  return {
    async run(connection, work) {
      const mark = Symbol()
      running.set(mark, connection)
      try {
        return await work()
      } finally {
        running.delete(mark)
      }
    },
    interrupt() {
      for (const [mark, connection] of running) {
        connection.interrupt()
        const timer = setInterval(() => {
          if (running.has(mark)) connection.interrupt()
          else clearInterval(timer)
        }, againMs)
      }
    },
  }
}
