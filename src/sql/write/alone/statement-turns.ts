import type { EngineHost, TableName } from '../../engine-host.ts'

/** Turns of statements that others were first to, as the sessions of one engine ask for them (sql-writes.md, INV-W11). */
export interface StatementTurns {
  /** Whether any statement of this engine has its turn, or waits for it. */
  readonly areAny: boolean
  /** The same at one of these tables: who begins now would only be first to them, or run for nothing. */
  areAt(tables: readonly TableName[]): boolean
  /** Resolves when it is the turn; rejects with what `given up` rejects with, and then waits no more. */
  take(tables: readonly TableName[], givenUp: Promise<never>): Promise<StatementTurn>
}

export interface StatementTurn {
  end(): void
}

export function statementTurns(host: Pick<EngineHost, 'turn' | 'endTurn'>): StatementTurns {
  let last = 0
  const counts = new Map<string, number>()
  const keyOf = ({ schema, name }: TableName): string => `${schema}\0${name}`
  const count = (tables: readonly TableName[], step: 1 | -1): void => {
    for (const key of tables.map(keyOf)) {
      const now = (counts.get(key) ?? 0) + step
      if (now > 0) counts.set(key, now)
      else counts.delete(key)
    }
  }
  return {
    get areAny() {
      return counts.size > 0
    },
    areAt: (tables) => tables.some((table) => counts.has(keyOf(table))),
    async take(tables, givenUp) {
      const key = { process: process.pid, turn: ++last }
      count(tables, 1)
      const end = (): void => {
        count(tables, -1)
        // What the statement did stands whether this is heard or not; a supervisor that does not hear it any more ends all turns of this process.
        void host.endTurn(key).catch(() => undefined)
      }
      try {
        await Promise.race([host.turn({ ...key, tables }), givenUp])
        return { end }
      } catch (error) {
        end()
        throw error
      }
    },
  }
}
