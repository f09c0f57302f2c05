import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parameterCount } from '../bind/parameter-literal.ts'
import type { Statement } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import type { Parameter } from '../wire/query-service.ts'
import { sentText, type SentText } from './sent-text.ts'
import { TrinoRefusal, type TrinoSession } from './trino-client.ts'
import { declaredType, isRowCount, rowCountLiteral, trinoLiteral } from './trino-literal.ts'

/** Trino's types of a statement's parameters; undefined where its place takes any. */
export type ParameterTypes = readonly (string | undefined)[]

const statementsRemembered = 100

/** Finds them: as the client declares them (OIDs, 0 where it leaves that open), or as Trino does, which is asked once for a text. */
export function parameterTypes(
  ask: (text: string, prepared: NonNullable<TrinoSession['prepared']>) => Promise<readonly (readonly unknown[])[]>,
): (statement: Statement, declared: readonly number[]) => Promise<ParameterTypes> {
  const known = new Map<string, ParameterTypes>()
  const found = async (statement: Statement, count: number): Promise<ParameterTypes> => {
    const before = known.get(statement.text)
    if (before) return before
    const { text, indexes } = questionMarks(statement)
    const rows = await ask('DESCRIBE INPUT asked', { asked: text }).catch((error: unknown) => {
      // What is wrong with the statement is said of itself, with its place.
      if (isOfStatement(error)) return []
      throw error
    })
    const types = typesIn(rows, indexes, count)
    known.set(statement.text, types)
    if (known.size > statementsRemembered) known.delete(known.keys().next().value!)
    return types
  }
  return async (statement, declared) => {
    const count = parameterCount(statement)
    const types = Array.from({ length: count }, (_, at) => declaredType(declared[at] ?? 0))
    if (!types.includes(undefined)) return types
    const open = await found(statement, count)
    return types.map((type, at) => type ?? open[at])
  }
}

const isOfStatement = (error: unknown): boolean =>
  error instanceof TrinoRefusal || (error instanceof WeirError && error.code === 'WEIR-6002')

/** The statement with `?` for each parameter, and which parameter each is. */
function questionMarks(statement: Statement): { readonly text: string; readonly indexes: readonly number[] } {
  const indexes: number[] = []
  const { text } = sentText(statement, (index) => {
    indexes.push(index)
    return '?'
  })
  return { text, indexes }
}

/** Out of the rows of DESCRIBE INPUT; `indexes` says which parameter each `?` is. */
function typesIn(
  rows: readonly (readonly unknown[])[],
  indexes: readonly number[],
  count: number,
): (string | undefined)[] {
  const types: (string | undefined)[] = Array.from({ length: count }, () => undefined)
  for (const [position, type] of rows) {
    const index = indexes[Number(position)]
    if (index !== undefined && type !== 'unknown') types[index] ??= String(type)
  }
  return types
}

/** The statement with its parameters written out. */
export function boundText(
  statement: Statement,
  parameters: readonly Parameter[],
  types: ParameterTypes,
  timeZone: string,
): SentText {
  return sentText(statement, (index, at) => {
    const parameter = parameters[index]
    if (!parameter)
      throw sqlError('WEIR-6002', `there is no parameter $${index + 1}`, {
        sqlstate: '42P02',
        position: statement.tokens[at]!.start + 1,
      })
    return isRowCount(statement, at)
      ? rowCountLiteral(parameter, statement, at)
      : trinoLiteral(parameter, types[index], timeZone)
  })
}
