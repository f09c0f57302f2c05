import { WeirError } from '../../kernel/errors/weir-error.ts'
import { boundText, inferParameters } from '../bind/infer-parameters.ts'
import { literalOf, withParameters } from '../bind/parameter-literal.ts'
import type { SessionViews } from '../bind/session-views.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import { duckdbError, withPosition } from '../duckdb/duckdb-error.ts'
import type { EngineServices } from '../engine/services.ts'
import type { Statement } from '../gate/statement.ts'
import { shapeOf } from '../snapshot/shape.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import { sqlError } from '../sql-error.ts'
import type { Description, QueryService } from '../wire/query-service.ts'
import { resultTypeOf } from '../wire/result-type.ts'
import { createInterruptible } from './interruptible.ts'
import { prepareStatement, type PreparedStatement } from './prepare-statement.ts'
import { readTables, type TableReading } from './read-tables.ts'
import { resultCursor } from './result-cursor.ts'
import { sessionConnections } from './session-connections.ts'
import type { SessionSettings } from './settings.ts'

/** How often a statement is bound again because the relations changed meanwhile. */
const bindingsMax = 5

/** One client's queries: its names, its connections, and what of them runs. */
export function createSessionQueries(
  services: EngineServices,
  settings: SessionSettings,
  views: SessionViews,
  facts: SessionFacts,
): QueryService {
  const connections = sessionConnections(services.duckdb, settings, views)
  const interruptible = createInterruptible()
  let canceled = 0
  let canceledFor: Error | undefined

  /** DuckDB knows only that it was interrupted; why is known here. */
  const explain = (thrown: unknown): Error => {
    const error = duckdbError(thrown)
    const interrupted = error instanceof WeirError && error.code === 'WEIR-6007'
    return interrupted && canceledFor ? canceledFor : error
  }

  return {
    async describe(original, declared) {
      const { statement, bound, names, exact } = await prepareStatement(services, facts, original, 'current')
      for (const table of bound.tables) await views.place(table, shapeOf(table))
      for (const view of bound.views) await views.place(view, viewTarget(view))
      const lent = await connections.take()
      const { connection } = lent
      try {
        const inferred = await inferParameters(connection, statement, declared)
        const literals = inferred.map(({ name, oid }) => literalOf({ text: null, oid }, name))
        const prepared = await connection.prepare(withParameters(statement, literals))
        const columns = Array.from({ length: prepared.columnCount }, (_, i) => ({
          name: names?.[i] ?? prepared.columnName(i),
          type: resultTypeOf(prepared.columnType(i)),
        }))
        prepared.destroySync()
        return { columns, parameterOids: inferred.map(({ oid }) => oid) } satisfies Description
      } catch (error) {
        throw withPosition(explain(error), statement.text, exact)
      } finally {
        connections.give(lent)
      }
    },
    async open(original, parameters, options) {
      const started = canceled
      const { prepared, read } = await prepareAndRead(services, facts, views, original)
      const { statement, names, exact } = prepared
      const lent = await connections.take()
      const { connection, plans, meaning } = lent
      const end = async () => (connections.give(lent), read.release())
      try {
        if (canceled !== started) throw new Error('INTERRUPT Error: Interrupted!')
        const text = (options?.explain ?? '') + (await boundText(connection, statement, parameters))
        const keep = prepared.isRepeatable ? { meaning } : 'no'
        const result = await interruptible.run(connection, () => plans.run(text, keep, (plan) => plan.stream()))
        if (canceled !== started) throw new Error('INTERRUPT Error: Interrupted!')
        const fetch = () => interruptible.run(connection, () => result.fetchChunk())
        const shown = options?.explain ? undefined : names
        return resultCursor(result, { fetch, names: shown, notices: read.notices, end, explain })
      } catch (error) {
        await end()
        throw withPosition(explain(error), statement.text, exact)
      }
    },
    cancel(reason) {
      canceled++
      canceledFor = reason
      interruptible.interrupt()
    },
    async close() {
      interruptible.interrupt()
      connections.close()
    },
  }
}

async function prepareAndRead(
  services: EngineServices,
  facts: SessionFacts,
  views: SessionViews,
  original: Statement,
): Promise<{ readonly prepared: PreparedStatement; readonly read: TableReading }> {
  for (let attempt = 1; attempt <= bindingsMax; attempt++) {
    const prepared = await prepareStatement(services, facts, original, attempt === 1 ? 'last seen' : 'current')
    const read = await readTables(services, prepared.bound, views)
    if (read !== 'rebind') return { prepared, read }
  }
  throw sqlError('WEIR-6010', `tables changed in each of ${bindingsMax} attempts to read them; try again`, {
    sqlstate: '40001',
  })
}
