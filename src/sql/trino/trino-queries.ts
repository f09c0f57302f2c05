import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parameterCount } from '../bind/parameter-literal.ts'
import type { KnownRelations } from '../bind/known-relations.ts'
import type { TableName } from '../engine-host.ts'
import type { Statement } from '../gate/statement.ts'
import type { SessionSettings } from '../session/settings.ts'
import type { ResolveTables } from '../snapshot/resolve-tables.ts'
import { sqlError } from '../sql-error.ts'
import type { Description, Parameter, QueryService } from '../wire/query-service.ts'
import { askTrinoTables } from './ask-trino.ts'
import { isOwnStatement, refuseTableFunctions } from './own-statement.ts'
import { sentText, type SentText } from './sent-text.ts'
import { tailNotices } from './tail-notices.ts'
import { type TrinoClient, TrinoRefusal, type TrinoSession } from './trino-client.ts'
import type { TrinoConfig } from './trino-config.ts'
import { trinoError } from './trino-error.ts'
import { declaredType, isRowCount, oidOfTrinoName, rowCountLiteral, trinoLiteral } from './trino-literal.ts'
import { parameterNames } from './parameter-names.ts'
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

const namesRemembered = 100

/** One client's queries, answered by Trino (docs/spec/sql-trino.md). */
export function createTrinoQueries(parts: TrinoQueriesParts): QueryService {
  const { client, config, settings, own } = parts
  const active = new Set<AbortController>()
  /** Trino's names of the types of a statement's parameters, by its text. */
  const known = new Map<string, readonly (string | undefined)[]>()

  const session = (): TrinoSession => ({
    schema: settings.searchPath[0] ?? config.schema,
    timeZone: settings.timeZone,
  })
  const interruptible = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const controller = new AbortController()
    active.add(controller)
    try {
      return await work(controller.signal)
    } finally {
      active.delete(controller)
    }
  }
  /** Runs a statement of ours to its end. */
  const rowsOf = async (text: string, given: TrinoSession): Promise<readonly (readonly unknown[])[]> =>
    interruptible(async (signal) => {
      const query = await client.run(text, given, signal)
      try {
        const all: (readonly unknown[])[] = []
        for (let page = await query.next(signal); page; page = await query.next(signal)) all.push(...page)
        return all
      } finally {
        await query.close()
      }
    })

  /** Trino's types of the parameters: declared, or found by Trino. */
  const typesOf = async (statement: Statement, declared: readonly number[]): Promise<readonly (string | undefined)[]> => {
    const count = parameterCount(statement)
    const types = Array.from({ length: count }, (_, at) => declaredType(declared[at] ?? 0))
    if (!types.includes(undefined)) return types
    let found = known.get(statement.text)
    if (!found) {
      const { text, indexes } = questionMarks(statement)
      const names = await rowsOf('DESCRIBE INPUT asked', { ...session(), prepared: { asked: text } }).catch(
        (error: unknown) => {
          // What is wrong with the statement is said of itself, with its place.
          if (isOfStatement(error)) return []
          throw error
        },
      )
      found = parameterNames(names, indexes, count)
      known.set(statement.text, found)
      if (known.size > namesRemembered) known.delete(known.keys().next().value!)
    }
    return types.map((type, at) => type ?? found[at])
  }

  const bound = (statement: Statement, parameters: readonly Parameter[], types: readonly (string | undefined)[]) =>
    sentText(statement, (index, at) => {
      const parameter = parameters[index]
      if (!parameter)
        throw sqlError('WEIR-6002', `there is no parameter $${index + 1}`, {
          sqlstate: '42P02',
          position: statement.tokens[at]!.start + 1,
        })
      return isRowCount(statement, at) ? rowCountLiteral(parameter, statement, at) : trinoLiteral(parameter, types[index], settings.timeZone)
    })

  const namesOf = (sent: SentText) => parts.columnNames(sent.text).catch(() => undefined)

  return {
    async describe(statement, declared): Promise<Description> {
      if (isOwnStatement(statement)) return own.describe(statement, declared)
      refuseTableFunctions(statement)
      const types = await typesOf(statement, declared)
      const nulls = types.map((): Parameter => ({ text: null, oid: 0 }))
      const sent = bound(statement, nulls, types)
      const text = `${describing}${sent.text}) LIMIT 0`
      try {
        const query = await interruptible((signal) => client.run(text, session(), signal))
        await query.close()
        const columns = resultColumns(query.columns, await namesOf(sent)).map(({ column }) => column)
        return { columns, parameterOids: types.map((type, at) => declared[at] || (type ? oidOfTrinoName(type) : 25)) }
      } catch (error) {
        throw explained(error, text, (at) => sent.placeOf(at - describing.length))
      }
    },

    async open(statement, parameters, options) {
      if (isOwnStatement(statement)) return own.open(statement, parameters, options)
      refuseTableFunctions(statement)
      const types = await typesOf(
        statement,
        parameters.map(({ oid }) => oid),
      )
      const sent = bound(statement, parameters, types)
      const explain = options?.explain ?? ''
      const text = explain + sent.text
      const explainError = (error: unknown): Error => explained(error, text, (at) => sent.placeOf(at - explain.length))
      const askTrino = (): Promise<readonly TableName[] | undefined> =>
        askTrinoTables(sent.text, config.catalog, (asked) => rowsOf(asked, session())).catch((error: unknown) => {
          if (error instanceof TrinoRefusal) return undefined
          throw error
        })
      try {
        // What Trino says of the statement goes before what it says of its tables.
        const noticing = explain
          ? Promise.resolve([])
          : tailNotices(statement, { ...parts, catalog: config.catalog, searchPath: [session().schema], askTrino })
        noticing.catch(() => undefined)
        const query = await interruptible((signal) => client.run(text, session(), signal)).catch(async (error: unknown) => {
          await noticing.catch((refusal: unknown) => {
            if (refusal instanceof WeirError && refusal.code === 'WEIR-6001') throw refusal
          })
          throw error
        })
        const notices = await noticing.catch(async (error: unknown) => {
          await query.close()
          throw error
        })
        const names = explain ? undefined : await namesOf(sent)
        return trinoCursor(query, { names, notices, interruptible, explain: explainError })
      } catch (error) {
        throw explainError(error)
      }
    },

    cancel(reason) {
      own.cancel(reason)
      const told =
        reason ?? sqlError('WEIR-6007', 'canceling statement due to user request', { sqlstate: '57014' })
      for (const controller of active) controller.abort(told)
    },
    onCancel: (listener) => own.onCancel(listener),
    async close() {
      for (const controller of active) controller.abort(new Error('the session has ended'))
      await own.close()
    },
  }
}

const isOfStatement = (error: unknown): boolean =>
  error instanceof TrinoRefusal || (error instanceof WeirError && error.code === 'WEIR-6002')

const describing = 'SELECT * FROM ('

function explained(error: unknown, sent: string, placeOf: (at: number) => number | undefined): Error {
  return error instanceof TrinoRefusal ? trinoError(error.failure, sent, placeOf) : (error as Error)
}

/** The statement with `?` for each parameter, and which parameter each is. */
function questionMarks(statement: Statement): { readonly text: string; readonly indexes: readonly number[] } {
  const indexes: number[] = []
  const { text } = sentText(statement, (index) => {
    indexes.push(index)
    return '?'
  })
  return { text, indexes }
}
