import type { DuckDBConnection } from '@duckdb/node-api'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { BoundRelations } from '../bind/binder.ts'
import type { SessionViews } from '../bind/session-views.ts'
import type { BlankSession } from '../blank/blank-database.ts'
import { noFilters } from '../blank/plan-filters.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import { duckdbError, withPosition } from '../duckdb/duckdb-error.ts'
import type { EngineServices } from '../engine/services.ts'
import type { Statement } from '../gate/statement.ts'
import { pinLater, pinMoments, type WithoutTables } from '../moment/pin-statement.ts'
import { shapeOf } from '../snapshot/shape.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter, QueryService, ResultColumn } from '../wire/query-service.ts'
import { describeOn, isOpenMoment, mustBeAsDescribed, withMomentParameters } from './describe-statement.ts'
import { createInterruptible } from './interruptible.ts'
import { noRelations, prepareStatement, type PreparedStatement } from './prepare-statement.ts'
import { readTables, type TableReading } from './read-tables.ts'
import { resultCursor } from './result-cursor.ts'
import { sessionConnections } from './session-connections.ts'
import type { SessionSettings } from './settings.ts'
import { statementText, type StatementText, type WithoutRows } from './statement-text.ts'

/** How often a statement is bound again because the relations changed meanwhile. */
const bindingsMax = 5

/** A statement that may run now, and what it reads. */
interface Begun {
  readonly prepared: PreparedStatement
  readonly spoken: StatementText
  readonly read: TableReading
}

/** One client's queries: its names, its connections, and what of them runs. */
export function createSessionQueries(
  services: EngineServices,
  settings: SessionSettings,
  views: SessionViews,
  facts: SessionFacts,
): QueryService {
  const connections = sessionConnections(services.duckdb, settings, views)
  const interruptible = createInterruptible()
  /** Statements that were described before their moments were known. */
  const described = new WeakMap<Statement, readonly ResultColumn[]>()
  let canceled = 0
  let canceledFor: Error | undefined

  /** DuckDB knows only that it was interrupted; why is known here. */
  const explain = (thrown: unknown): Error => {
    const error = duckdbError(thrown)
    const interrupted = error instanceof WeirError && error.code === 'WEIR-6007'
    return interrupted && canceledFor ? canceledFor : error
  }
  const explained = async <T>({ statement, exact }: PreparedStatement, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw withPosition(explain(error), statement.text, exact)
    }
  }
  const blankSession = (bound: BoundRelations): BlankSession => {
    const { searchPath, timeZone } = settings
    return { bound, searchPath, timeZone }
  }
  const mustNotBeCanceled = (since: number): void => {
    if (canceled !== since) throw new Error('INTERRUPT Error: Interrupted!')
  }
  const withoutRows: WithoutRows = ({ bound, usesCatalog }, work) => {
    const run = (connection: DuckDBConnection) => interruptible.run(connection, () => work(connection))
    return usesCatalog ? onSession(bound, run) : services.blank.use(blankSession(bound), run)
  }
  /** What pg_catalog's stand-ins are, only the session's own connections know. */
  const onSession = async <T>(bound: BoundRelations, run: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    for (const table of bound.tables) await views.place(table, shapeOf(table))
    for (const view of bound.views) await views.place(view, viewTarget(view))
    const lent = await connections.take()
    try {
      return await run(lent.connection)
    } finally {
      connections.give(lent)
    }
  }

  /** Values of moments are constants: they are computed where nothing has a name. */
  const withoutTables: WithoutTables = (work) =>
    services.blank.use(blankSession(noRelations), (connection) => interruptible.run(connection, () => work(connection)))
  const pinned = async (
    prepared: PreparedStatement,
    parameters: readonly Parameter[],
  ): Promise<PreparedStatement | 'rebind'> => {
    const bound = await explained(prepared, () => pinMoments(services, prepared, parameters, withoutTables))
    return bound === 'rebind' ? bound : { ...prepared, bound }
  }

  const begin = async (original: Statement, parameters: readonly Parameter[]): Promise<Begun> => {
    for (let attempt = 1; attempt <= bindingsMax; attempt++) {
      const freshness = attempt === 1 ? 'last seen' : 'current'
      const prepared = await pinned(await prepareStatement(services, facts, original, freshness), parameters)
      if (prepared === 'rebind') continue
      const { bound, usesCatalog } = prepared
      const spoken = await explained(prepared, () => statementText(prepared, parameters, withoutRows)).catch(
        (error: unknown) => {
          // What does not fit the relations last seen may fit those of now.
          if (freshness === 'current') throw error
        },
      )
      if (!spoken) continue
      const filters = async () =>
        spoken.isFixed && !usesCatalog ? services.filters(spoken.text, blankSession(bound)) : noFilters
      const read = await readTables(services, bound, views, filters)
      if (read !== 'rebind') return { prepared, spoken, read }
    }
    throw changedMeanwhile()
  }

  return {
    async describe(original, declared) {
      const found = await prepareStatement(services, facts, original, 'current')
      const isOpen = found.clauses.some(isOpenMoment)
      const prepared = isOpen ? { ...found, bound: pinLater(found.bound) } : await pinned(found, [])
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
      const started = canceled
      const { prepared, spoken, read } = await begin(original, parameters)
      const lent = await connections.take()
      const { connection, plans, meaning } = lent
      const end = async () => (connections.give(lent), read.release())
      try {
        mustNotBeCanceled(started)
        const text = (options?.explain ?? '') + spoken.text
        const keep = prepared.isRepeatable ? { meaning } : 'no'
        const result = await interruptible.run(connection, () => plans.run(text, keep, (plan) => plan.stream()))
        mustNotBeCanceled(started)
        const fetch = () => interruptible.run(connection, () => result.fetchChunk())
        const names = options?.explain ? undefined : prepared.names
        const cursor = resultCursor(result, { fetch, names, notices: read.notices, end, explain })
        const before = options?.explain ? undefined : described.get(original)
        if (before) mustBeAsDescribed(before, cursor.columns)
        return cursor
      } catch (error) {
        await end()
        throw withPosition(explain(error), prepared.statement.text, prepared.exact)
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

function changedMeanwhile(): Error {
  return sqlError('WEIR-6010', `tables changed in each of ${bindingsMax} attempts to read them; try again`, {
    sqlstate: '40001',
  })
}
