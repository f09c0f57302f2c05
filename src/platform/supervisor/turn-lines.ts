import type { TableName, TurnKey, TurnRequest } from '../../sql/engine-host.ts'
import { sqlError } from '../../sql/sql-error.ts'

/** Statements in line at tables, so that those that others were first to come to their turn (sql-writes.md, INV-W11). */
export interface TurnLines {
  /** Resolves when the statement is the first of each line. SQLSTATE 40001 where a line is full. */
  take(request: TurnRequest): Promise<null>
  /** Leaves all lines; whoever is next has the turn. */
  end(turn: TurnKey): null
  /** The same for all that a process has asked for: it is gone. */
  endAll(process: number): void
}

interface Standing extends TurnKey {
  /** Told when it is the first of a line. */
  first: () => void
  ended: boolean
}

const lineMax = 256

export function turnLines(): TurnLines {
  const lines = new Map<string, Standing[]>()
  const standing = new Set<Standing>()

  const stand = async (one: Standing, table: TableName): Promise<void> => {
    const key = `${table.schema}.${table.name}`
    const line = lines.get(key) ?? []
    if (line.length === lineMax) throw lineIsFull(key)
    lines.set(key, line)
    line.push(one)
    if (line[0] !== one) await new Promise<void>((resolve) => (one.first = resolve))
  }
  const leave = (one: Standing): void => {
    standing.delete(one)
    one.ended = true
    one.first()
    for (const [key, line] of lines) {
      const at = line.indexOf(one)
      if (at < 0) continue
      line.splice(at, 1)
      if (line.length === 0) lines.delete(key)
      else if (at === 0) line[0]!.first()
    }
  }
  const leaveAll = (isGone: (one: Standing) => boolean): void => {
    for (const one of [...standing].filter(isGone)) leave(one)
  }
  return {
    async take({ process, turn, tables }) {
      const one: Standing = { process, turn, first: () => undefined, ended: false }
      standing.add(one)
      try {
        // All stand in the same order: none waits for another that waits for it.
        for (const table of inOrder(tables)) if (!one.ended) await stand(one, table)
      } catch (error) {
        leave(one)
        throw error
      }
      return null
    },
    end({ process, turn }) {
      leaveAll((one) => one.process === process && one.turn === turn)
      return null
    },
    endAll: (process) => leaveAll((one) => one.process === process),
  }
}

function inOrder(tables: readonly TableName[]): readonly TableName[] {
  const byName = new Map(tables.map((table) => [JSON.stringify([table.schema, table.name]), table]))
  return [...byName.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table)
}

function lineIsFull(table: string): Error {
  return sqlError(
    'WEIR-6013',
    `could not serialize access due to concurrent update: ${lineMax} statements wait for their turn at ${table} already`,
    { sqlstate: '40001', hint: 'Nothing was changed. Run it again when fewer write to the table.' },
  )
}
