import pg from 'pg'
import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../support/seeded-random.ts'
import type { RestartableWeir } from './restartable-weir.ts'

/** What one client wanted of two tables, and what it was told. */
export interface Transfers {
  /** Whether the rows of a number are to be in both tables, of which an answer said so last; those without an answer are open. */
  readonly answered: ReadonlyMap<number, 'there' | 'gone'>
  readonly open: ReadonlySet<number>
  readonly done: number
  readonly refused: number
}

export interface RunningTransfers {
  /** Transactions that were answered so far. */
  readonly done: number
  stop(): Promise<Transfers>
}

/**
 * Puts numbers into two tables, changes and takes them out again, each time as one transaction over both, while processes are
 * killed. A number whose transaction had no answer is left alone from then on.
 */
export function transferBetween(
  weir: RestartableWeir,
  [left, right]: readonly [string, string],
  random: Random,
  numbers: { readonly from: number },
): RunningTransfers {
  const answered = new Map<number, 'there' | 'gone'>()
  const open = new Set<number>()
  let [done, refused, next, stopped] = [0, 0, numbers.from, false]
  let client: pg.Client | undefined

  const connected = async (): Promise<pg.Client> => {
    if (client) return client
    const fresh = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
    fresh.on('error', () => undefined)
    await fresh.connect()
    return (client = fresh)
  }
  const drop = (): void => {
    void client?.end().catch(() => undefined)
    client = undefined
  }
  /** Rejects with whether the outcome is known to be that nothing was done. */
  const transact = async (statements: readonly string[]): Promise<void> => {
    const connection = await connected().catch(() => {
      throw new NothingDone()
    })
    let isCommitting = false
    try {
      await connection.query('begin')
      for (const statement of statements) await connection.query(statement)
      isCommitting = true
      await connection.query('commit')
    } catch (error) {
      const { code } = error as { code?: string }
      const isConflict = code === '40001'
      drop()
      if (!isCommitting || isConflict) throw new NothingDone()
      throw error
    }
  }
  const step = async (): Promise<void> => {
    const there = [...answered].flatMap(([number, state]) => (state === 'there' && !open.has(number) ? [number] : []))
    const old = there.length > 3 && random.chance(0.5) ? random.oneOf(there) : undefined
    const number = old ?? next++
    const takes = old !== undefined && random.chance(0.5)
    const statements = [left, right].map((table) => {
      if (old === undefined) return `insert into ${table} (id, times) values (${number}, 0)`
      return takes
        ? `delete from ${table} where id = ${number}`
        : `update ${table} set times = times + 1 where id = ${number}`
    })
    try {
      await transact(statements)
      answered.set(number, takes ? 'gone' : 'there')
      done++
    } catch (error) {
      if (error instanceof NothingDone) {
        refused++
        await pause(100)
      } else open.add(number)
    }
  }
  const running = (async () => {
    while (!stopped) await step()
  })()
  return {
    get done() {
      return done
    },
    async stop() {
      stopped = true
      await running
      drop()
      return { answered, open, done, refused }
    },
  }
}

class NothingDone extends Error {}
