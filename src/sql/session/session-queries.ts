import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { bindRelations, type BoundRelations } from '../bind/binder.ts'
import { literalOf, parameterCount, withParameters } from '../bind/parameter-literal.ts'
import type { SessionViews } from '../bind/session-views.ts'
import { duckdbError, withPosition } from '../duckdb/duckdb-error.ts'
import { quoteText, type Statement } from '../gate/statement.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import { shapeOf } from '../snapshot/shape.ts'
import type { Cursor, Description, Parameter, QueryService, ResultColumn } from '../wire/query-service.ts'
import { oidOf, resultTypeOf } from '../wire/result-type.ts'
import { rewriteForDuckdb } from '../catalog/rewrite.ts'
import type { SessionFacts } from '../catalog/rewrite-session.ts'
import type { EngineServices } from '../engine/services.ts'
import { createInterruptible } from './interruptible.ts'
import { readTables } from './read-tables.ts'
import type { SessionSettings } from './settings.ts'

/** One client's queries: its names, its connections, and what of them runs. */
export function createSessionQueries(
  services: EngineServices,
  settings: SessionSettings,
  views: SessionViews,
  facts: SessionFacts,
): QueryService {
  const idle: DuckDBConnection[] = []
  const interruptible = createInterruptible()
  let canceled = 0
  let closed = false
  let canceledFor: Error | undefined

  const take = async (): Promise<DuckDBConnection> => {
    const connection = idle.pop() ?? (await services.duckdb.connect())
    const path = await views.searchPath([...settings.searchPath, 'public'])
    await connection.run(`SET search_path = ${quoteText(path)}; SET TimeZone = ${quoteText(settings.timeZone)}`)
    return connection
  }
  /** DuckDB knows only that it was interrupted; why is known here. */
  const explain = (thrown: unknown): Error => {
    const error = duckdbError(thrown)
    const interrupted = error instanceof WeirError && error.code === 'WEIR-6007'
    return interrupted && canceledFor ? canceledFor : error
  }
  const give = (connection: DuckDBConnection): void => {
    if (idle.length < 4 && !closed) idle.push(connection)
    else connection.closeSync()
  }

  const rewriting = {
    catalog: async () => services.catalogs.current(await services.relations()),
    session: facts,
  }

  /** The statement in DuckDB's words, allowed and with its relations found. */
  async function prepare(statement: Statement): Promise<Prepared> {
    const translated = await rewriteForDuckdb(statement, rewriting)
    const analysis = await services.analyzer.analyze(translated.text)
    const relations = await services.relations()
    const searchPath = [...settings.searchPath, 'public']
    const context = { relations, searchPath, analyzer: services.analyzer, ownSchemas: services.ownSchemas }
    const bound = await bindRelations(analysis, context)
    // Names are those of what the client wrote.
    const same = translated === statement
    const names = same ? analysis.columnNames : await services.analyzer.columnNames(statement.text)
    return { statement: translated, names, bound, exact: same && parameterCount(statement) === 0 }
  }

  return {
    async describe(original, declared) {
      const { statement, bound, names, exact } = await prepare(original)
      for (const table of bound.tables) await views.place(table, shapeOf(table))
      for (const view of bound.views) await views.place(view, viewTarget(view))
      const connection = await take()
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
        give(connection)
      }
    },
    async open(original, parameters, options) {
      const started = canceled
      const { statement, bound, names, exact } = await prepare(original)
      const read = await readTables(services, bound, views)
      const connection = await take()
      const end = async () => (give(connection), read.release())
      try {
        if (canceled !== started) throw new Error('INTERRUPT Error: Interrupted!')
        const text = await boundText(connection, statement, parameters)
        const result = await interruptible.run(connection, () => connection.stream((options?.explain ?? '') + text))
        if (canceled !== started) throw new Error('INTERRUPT Error: Interrupted!')
        const fetch = () => interruptible.run(connection, () => result.fetchChunk())
        return cursorOf(result, fetch, options?.explain ? undefined : names, read.notices, end, explain)
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
      closed = true
      interruptible.interrupt()
      for (const connection of idle.splice(0)) connection.closeSync()
    },
  }
}

interface Prepared {
  readonly statement: Statement
  readonly names: readonly (string | undefined)[] | undefined
  readonly bound: BoundRelations
  /** Positions in the text are those of what the client wrote. */
  readonly exact: boolean
}

async function boundText(
  connection: DuckDBConnection,
  statement: Statement,
  parameters: readonly Parameter[],
): Promise<string> {
  if (parameterCount(statement) === 0) return statement.text
  const open = parameters.some(({ oid }) => oid === 0)
  const inferred = open
    ? await inferParameters(
        connection,
        statement,
        parameters.map(({ oid }) => oid),
      )
    : []
  return withParameters(
    statement,
    parameters.map((parameter, i) => literalOf(parameter, inferred[i]?.name)),
  )
}

interface InferredParameter {
  /** DuckDB's name of the type; undefined when its place fits any. */
  readonly name: string | undefined
  readonly oid: number
}

async function inferParameters(
  connection: DuckDBConnection,
  statement: Statement,
  declared: readonly number[],
): Promise<readonly InferredParameter[]> {
  const count = parameterCount(statement)
  if (count === 0) return []
  const known = Array.from({ length: count }, (_, i) => declared[i] ?? 0)
  // Declared ones are cast, so that those left open are found from them.
  const literals = known.map((oid, i) => (oid === 0 ? `$${i + 1}` : literalOf({ text: null, oid }, undefined)))
  const prepared = await connection.prepare(withParameters(statement, literals))
  try {
    return known.map((oid, i) => {
      if (oid !== 0) return { name: undefined, oid }
      try {
        const type = prepared.parameterType(prepared.parameterIndex(String(i + 1)))
        return { name: type.toString(), oid: oidOf(resultTypeOf(type)) }
      } catch {
        return { name: undefined, oid: 25 }
      }
    })
  } finally {
    prepared.destroySync()
  }
}

function cursorOf(
  result: DuckDBResult,
  fetch: () => Promise<DuckDBDataChunk | null>,
  names: readonly (string | undefined)[] | undefined,
  notices: readonly string[],
  end: () => Promise<void>,
  explain: (error: unknown) => Error,
): Cursor {
  let open = true
  const columns: ResultColumn[] = result
    .columnNames()
    .map((name, i) => ({ name: names?.[i] ?? name, type: resultTypeOf(result.columnType(i)) }))
  const close = async () => {
    if (!open) return
    open = false
    await end()
  }
  return {
    columns,
    notices,
    async next() {
      if (!open) return null
      try {
        const chunk = await fetch()
        if (chunk && chunk.rowCount > 0) return chunk
      } catch (error) {
        await close()
        throw explain(error)
      }
      await close()
      return null
    },
    close,
  }
}
