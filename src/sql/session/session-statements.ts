import type { DuckDBConnection } from '@duckdb/node-api'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { BoundRelations } from '../bind/binder.ts'
import { isMasked, placeRelations } from '../bind/place-relations.ts'
import type { SessionViews } from '../bind/session-views.ts'
import type { BlankSession } from '../blank/blank-database.ts'
import { noFilters } from '../blank/plan-filters.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import { duckdbError, withoutPosition, withPosition } from '../duckdb/duckdb-error.ts'
import type { EngineServices } from '../engine/services.ts'
import type { Statement } from '../gate/statement.ts'
import { pinMoments, type WithoutTables } from '../moment/pin-statement.ts'
import { shapeOf } from '../snapshot/shape.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter } from '../wire/query-service.ts'
import { fileError } from './file-error.ts'
import { createInterruptible, type Interruptible } from './interruptible.ts'
import { type Freshness, noRelations, prepareStatement, type PreparedStatement } from './prepare-statement.ts'
import { type PendingOf, readTables, type TableReading } from './read-tables.ts'
import { type SessionConnections, sessionConnections } from './session-connections.ts'
import type { SessionSettings } from './settings.ts'
import { statementText, type StatementText, type WithoutRows } from './statement-text.ts'

/** How often a statement is bound again because the relations changed meanwhile. */
const bindingsMax = 5

/** A statement that may run now, and what it reads. */
export interface Begun {
  readonly prepared: PreparedStatement
  readonly spoken: StatementText
  readonly read: TableReading
}

/** A statement, and the names of Weir's own that it is given. */
export interface GivenStatement {
  readonly statement: Statement
  readonly given?: readonly ReadRelation[]
  /** Its rows are written down, all that there are. */
  readonly writesRows?: true
}

/** What queries and writes of one session have in common: from a text to tables that can be read. */
export interface SessionStatements {
  readonly connections: SessionConnections
  readonly interruptible: Interruptible
  readonly withoutRows: WithoutRows
  readonly withoutTables: WithoutTables
  prepare(given: GivenStatement, freshness: Freshness): Promise<PreparedStatement>
  pinned(prepared: PreparedStatement, parameters: readonly Parameter[]): Promise<PreparedStatement | 'rebind'>
  /** Resolves the tables at one moment. `statementFor` is asked again whenever the relations are others than it was made for. */
  begin(
    statementFor: (freshness: Freshness) => Promise<GivenStatement>,
    parameters: readonly Parameter[],
  ): Promise<Begun>
  /** Why work on DuckDB failed; with what it read, of which tables a file is damaged or missing. */
  readonly explain: (thrown: unknown, bound?: BoundRelations) => Error
  readonly explained: <T>(prepared: PreparedStatement, work: () => Promise<T>) => Promise<T>
  /** Counts cancellations: what was begun under another count must not go on. */
  readonly cancellations: number
  /** Throws what it was canceled for. */
  mustNotBeCanceled(since: number): void
  /** Whatever runs ends with WEIR-6007, or with this. */
  cancel(reason?: Error): void
  /** Told of each cancellation; gives what ends that. */
  onCancel(listener: (reason: Error) => void): () => void
}

export function sessionStatements(
  services: EngineServices,
  settings: SessionSettings,
  views: SessionViews,
  facts: SessionFacts,
  pendingOf: PendingOf,
): SessionStatements {
  const connections = sessionConnections(services.duckdb, settings, views)
  const interruptible = createInterruptible()
  const listeners = new Set<(reason: Error) => void>()
  let canceled = 0
  let canceledFor: Error | undefined

  /** DuckDB knows only that it was interrupted; why is known here. */
  const explain = (thrown: unknown, bound?: BoundRelations): Error => {
    const error = duckdbError(thrown)
    if (error instanceof WeirError) error.message = services.planner.shown?.(error.message) ?? error.message
    const interrupted = error instanceof WeirError && error.code === 'WEIR-6007'
    if (interrupted && canceledFor) return canceledFor
    return bound ? fileError(error, bound) : error
  }
  const explained = async <T>({ statement, exact, bound }: PreparedStatement, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw withPosition(explain(error, bound), statement.text, exact)
    }
  }
  const blankSession = (bound: BoundRelations): BlankSession => {
    const { searchPath, timeZone } = settings
    return { bound, searchPath, timeZone }
  }
  const withoutRows: WithoutRows = ({ bound, usesCatalog }, work) => {
    const run = (connection: DuckDBConnection) => interruptible.run(connection, () => work(connection))
    return usesCatalog ? onSession(bound, run) : services.blank.use(blankSession(bound), run)
  }
  /** What pg_catalog's stand-ins are, only the session's own connections know. */
  const onSession = async <T>(bound: BoundRelations, run: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    await placeRelations(bound, views, shapeOf)
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
  const untilCanceled = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const stop = new AbortController()
    const told = (reason: Error): void => stop.abort(reason)
    listeners.add(told)
    return work(stop.signal).finally(() => listeners.delete(told))
  }
  const prepare = ({ statement, given }: GivenStatement, freshness: Freshness): Promise<PreparedStatement> =>
    prepareStatement(services, facts, statement, freshness, given)

  return {
    connections,
    interruptible,
    withoutRows,
    withoutTables,
    prepare,
    pinned,
    async begin(statementFor, parameters) {
      for (let attempt = 1; attempt <= bindingsMax; attempt++) {
        const freshness = attempt === 1 ? 'last seen' : 'current'
        const given = await statementFor(freshness)
        const prepared = await pinned(await prepare(given, freshness), parameters)
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
          spoken.isFixed && !usesCatalog && !isMasked(bound)
            ? services.filters(spoken.text, blankSession(bound))
            : noFilters
        const reading = (readsAll?: AbortSignal) => readTables(services, bound, views, filters, pendingOf, readsAll)
        const isWhole = given.writesRows === true && !mayStopEarly(given.statement)
        const read = await (isWhole ? untilCanceled(reading) : reading()).catch((error: unknown) => {
          // What failed was a plan of ours: places in it are none of the client's.
          throw withoutPosition(explain(error, bound))
        })
        if (read !== 'rebind') return { prepared, spoken, read }
      }
      throw changedMeanwhile()
    },
    explain,
    explained,
    get cancellations() {
      return canceled
    },
    mustNotBeCanceled(since) {
      if (canceled !== since) throw explain(interrupted())
    },
    cancel(reason) {
      canceled++
      canceledFor = reason
      interruptible.interrupt()
      const told = reason ?? explain(interrupted())
      for (const listener of [...listeners]) listener(told)
    },
    onCancel(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Looking through files first would take longer than the few rows that are wanted. */
function mayStopEarly({ tokens }: Statement): boolean {
  return tokens.some(
    ({ kind, value }) => kind === 'word' && ['limit', 'fetch', 'sample', 'tablesample'].includes(value),
  )
}

/** As DuckDB throws it. */
const interrupted = (): Error => new Error('INTERRUPT Error: Interrupted!')

export function changedMeanwhile(): Error {
  return sqlError('WEIR-6010', `tables changed in each of ${bindingsMax} attempts to read them; try again`, {
    sqlstate: '40001',
  })
}
