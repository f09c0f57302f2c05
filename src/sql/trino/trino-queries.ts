import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KnownRelations } from '../bind/known-relations.ts'
import type { Statement } from '../gate/statement.ts'
import type { SessionSettings } from '../session/settings.ts'
import type { ResolveTables } from '../snapshot/resolve-tables.ts'
import { sqlError } from '../sql-error.ts'
import type { Cursor, Description, Parameter, QueryService } from '../wire/query-service.ts'
import { askTrinoTables } from './ask-trino.ts'
import { createCancelable } from './cancelable.ts'
import { isOwnStatement, refuseTableFunctions } from './own-statement.ts'
import { boundText, parameterTypes } from './parameter-types.ts'
import type { SentText } from './sent-text.ts'
import { tailNotices } from './tail-notices.ts'
import { type TrinoClient, type TrinoQuery, TrinoRefusal, type TrinoSession } from './trino-client.ts'
import type { TrinoConfig } from './trino-config.ts'
import { trinoError } from './trino-error.ts'
import { oidOfTrinoName } from './trino-literal.ts'
import { resultColumns, trinoCursor } from './trino-result.ts'

export interface TrinoQueriesParts {
  readonly client: TrinoClient
  readonly config: TrinoConfig
  readonly settings: SessionSettings
  /** Answers what is asked of PostgreSQL's catalog and of the session. */
  readonly own: QueryService
  readonly relations: KnownRelations
  readonly resolve: ResolveTables
  /** PostgreSQL's names of a query's columns, where they can be told. */
  readonly columnNames: (text: string) => Promise<readonly (string | undefined)[] | undefined>
}

/** One client's queries, answered by Trino (docs/spec/sql-trino.md). */
export function createTrinoQueries(parts: TrinoQueriesParts): QueryService {
  const { client, config, settings, own } = parts
  const cancelable = createCancelable()
  const session = (): TrinoSession => ({
    schema: settings.searchPath[0] ?? config.schema,
    timeZone: settings.timeZone,
  })
  const start = (text: string): Promise<TrinoQuery> => cancelable.run((signal) => client.run(text, session(), signal))
  /** Runs a statement of ours to its end. */
  const rowsOf = (text: string, prepared?: TrinoSession['prepared']): Promise<readonly (readonly unknown[])[]> =>
    cancelable.run(async (signal) =>
      allRows(await client.run(text, { ...session(), ...(prepared ? { prepared } : {}) }, signal), signal),
    )
  const typesOf = parameterTypes(rowsOf)
  const namesOf = (sent: SentText) => parts.columnNames(sent.text).catch(() => undefined)
  const noticesOf = (statement: Statement, sent: SentText): Promise<readonly string[]> =>
    tailNotices(statement, {
      ...parts,
      catalog: config.catalog,
      searchPath: [session().schema],
      askTrino: () => askTrinoTables(sent.text, config.catalog, rowsOf).catch(undefinedIfRefused),
    })

  return {
    async describe(statement, declared): Promise<Description> {
      if (isOwnStatement(statement)) return own.describe(statement, declared)
      refuseTableFunctions(statement)
      const types = await typesOf(statement, declared)
      const nulls = types.map((): Parameter => ({ text: null, oid: 0 }))
      const sent = boundText(statement, nulls, types, settings.timeZone)
      const text = `${describing}${sent.text}) LIMIT 0`
      try {
        const query = await start(text)
        await query.close()
        const columns = resultColumns(query.columns, await namesOf(sent)).map(({ column }) => column)
        return { columns, parameterOids: types.map((type, at) => declared[at] || (type ? oidOfTrinoName(type) : 25)) }
      } catch (error) {
        throw explained(error, text, (at) => sent.placeOf(at - describing.length))
      }
    },

    async open(statement, parameters, options): Promise<Cursor> {
      if (isOwnStatement(statement)) return own.open(statement, parameters, options)
      refuseTableFunctions(statement)
      const oids = parameters.map(({ oid }) => oid)
      const sent = boundText(statement, parameters, await typesOf(statement, oids), settings.timeZone)
      const prefix = options?.explain ?? ''
      const text = prefix + sent.text
      const explain = (error: unknown): Error => explained(error, text, (at) => sent.placeOf(at - prefix.length))
      try {
        const { query, notices } = await together(start(text), prefix ? undefined : noticesOf(statement, sent))
        const names = prefix ? undefined : await namesOf(sent)
        return await trinoCursor(query, { names, notices, cancelable, explain })
      } catch (error) {
        throw explain(error)
      }
    },

    cancel(reason) {
      own.cancel(reason)
      cancelable.cancel(
        reason ?? sqlError('WEIR-6007', 'canceling statement due to user request', { sqlstate: '57014' }),
      )
    },
    onCancel: (listener) => own.onCancel(listener),
    async close() {
      cancelable.cancel(new Error('the session has ended'))
      await own.close()
    },
  }
}

const describing = 'SELECT * FROM ('

function explained(error: unknown, sent: string, placeOf: (at: number) => number | undefined): Error {
  return error instanceof TrinoRefusal ? trinoError(error.failure, sent, placeOf) : (error as Error)
}

function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof TrinoRefusal)) throw error
}

async function allRows(query: TrinoQuery, signal: AbortSignal): Promise<readonly (readonly unknown[])[]> {
  try {
    const all: (readonly unknown[])[] = []
    for (let page = await query.next(signal); page; page = await query.next(signal)) all.push(...page)
    return all
  } finally {
    await query.close()
  }
}

/**
 * A query, and what is said of its tables, both asked for at once. What the port refuses (a view of the project) goes before what
 * Trino says of the same name; a query whose notices cannot be had is ended.
 */
async function together(
  starting: Promise<TrinoQuery>,
  noticing: Promise<readonly string[]> = Promise.resolve([]),
): Promise<{ readonly query: TrinoQuery; readonly notices: readonly string[] }> {
  const [started, noticed] = await Promise.allSettled([starting, noticing])
  const refusal: unknown = noticed.status === 'rejected' ? noticed.reason : undefined
  if (started.status === 'rejected')
    throw refusal instanceof WeirError && refusal.code === 'WEIR-6001' ? refusal : (started.reason as Error)
  if (noticed.status === 'fulfilled') return { query: started.value, notices: noticed.value }
  await started.value.close()
  throw refusal as Error
}
