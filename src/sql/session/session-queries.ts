import { mustShowFiles } from '../bind/place-relations.ts'
import type { TableReading } from './read-tables.ts'
import type { Statement } from '../gate/statement.ts'
import { withPosition } from '../duckdb/duckdb-error.ts'
import { pinLater } from '../moment/pin-statement.ts'
import type { QueryService, ResultColumn } from '../wire/query-service.ts'
import { describeOn, isOpenMoment, mustBeAsDescribed, withMomentParameters } from './describe-statement.ts'
import { resultCursor } from './result-cursor.ts'
import { changedMeanwhile, type SessionStatements } from './session-statements.ts'

/** One client's queries: its names, its connections, and what of them runs. */
export function createSessionQueries(statements: SessionStatements): QueryService {
  const { connections, interruptible, withoutRows, withoutTables, explain, explained } = statements
  /** Statements that were described before their moments were known. */
  const described = new WeakMap<Statement, readonly ResultColumn[]>()
  return {
    async describe(original, declared) {
      const found = await statements.prepare({ statement: original }, 'current')
      const isOpen = found.clauses.some(isOpenMoment)
      const prepared = isOpen ? { ...found, bound: pinLater(found.bound) } : await statements.pinned(found, [])
      if (prepared === 'rebind') throw changedMeanwhile()
      return explained(prepared, async () => {
        const description = await withoutRows(prepared, (connection) => describeOn(connection, prepared, declared))
        if (!isOpen) return description
        described.set(original, description.columns)
        const parameterOids = await withoutTables((connection) =>
          withMomentParameters(connection, prepared, declared, description.parameterOids),
        )
        return { ...description, parameterOids }
      })
    },
    async open(original, parameters, options) {
      const started = statements.cancellations
      const { prepared, spoken, read } = await statements.begin(async () => ({ statement: original }), parameters)
      if (options?.explain) await orRelease(read, () => mustShowFiles(prepared.bound))
      const explainHere = (error: unknown) => explain(error, prepared.bound)
      const lent = await connections.take()
      const { connection, plans, meaning } = lent
      const end = async () => (connections.give(lent), read.release())
      try {
        statements.mustNotBeCanceled(started)
        const text = (options?.explain ?? '') + spoken.text
        const keep = prepared.isRepeatable ? { meaning } : 'no'
        const opened = await interruptible.run(connection, () => plans.run(text, keep))
        statements.mustNotBeCanceled(started)
        const fetch = () => interruptible.run(connection, () => opened.fetch())
        const names = options?.explain ? undefined : prepared.names
        const { notices, mustBeSame } = read
        const cursor = resultCursor(opened.result, { fetch, names, notices, mustBeSame, end, explain: explainHere })
        const before = options?.explain ? undefined : described.get(original)
        if (before) mustBeAsDescribed(before, cursor.columns)
        return cursor
      } catch (error) {
        await end()
        throw withPosition(explainHere(error), prepared.statement.text, prepared.exact)
      }
    },
    cancel: (reason) => statements.cancel(reason),
    onCancel: (listener) => statements.onCancel(listener),
    async close() {
      interruptible.interrupt()
      connections.close()
    },
  }
}

async function orRelease(read: TableReading, check: () => void): Promise<void> {
  try {
    check()
  } catch (error) {
    await read.release()
    throw error
  }
}
