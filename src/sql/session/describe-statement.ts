import type { DuckDBConnection } from '@duckdb/node-api'
import { inferParameters } from '../bind/infer-parameters.ts'
import { literalOf, parameterCount, withParameters } from '../bind/parameter-literal.ts'
import type { Statement } from '../gate/statement.ts'
import type { MomentClause } from '../moment/lift-moments.ts'
import { sqlError } from '../sql-error.ts'
import type { Description, ResultColumn } from '../wire/query-service.ts'
import { oidOf, resultTypeOf } from '../wire/result-type.ts'
import type { PreparedStatement } from './prepare-statement.ts'

/** Columns and parameters, on a connection that knows the statement's names. */
export async function describeOn(
  connection: DuckDBConnection,
  { statement, names }: Pick<PreparedStatement, 'statement' | 'names'>,
  declared: readonly number[],
): Promise<Description> {
  const inferred = await inferParameters(connection, statement, declared)
  // Where any type fits, a null of none: as a text it would fit no operator.
  const isOpen = (name: string | undefined, at: number) => name === undefined && !declared[at]
  const literals = inferred.map(({ name, oid }, at) => literalOf({ text: null, oid: isOpen(name, at) ? 0 : oid }, name))
  const prepared = await connection.prepare(withParameters(statement, literals))
  const columns = Array.from({ length: prepared.columnCount }, (_, i) => ({
    name: names?.[i] ?? prepared.columnName(i),
    type: resultTypeOf(prepared.columnType(i)),
  }))
  prepared.destroySync()
  return { columns, parameterOids: inferred.map(({ oid }) => oid) }
}

const textOid = 25

/** The types of parameters with those that stand in moments only: a time wants one, a version takes a text. */
export async function withMomentParameters(
  connection: DuckDBConnection,
  { statement, clauses }: Pick<PreparedStatement, 'statement' | 'clauses'>,
  declared: readonly number[],
  known: readonly number[],
): Promise<readonly number[]> {
  const inStatement = parametersOf(statement)
  const oids = [...known]
  for (const { value, unit } of clauses) {
    const inferred = await inferParameters(connection, value, declared)
    for (const number of parametersOf(value))
      if (!inStatement.has(number))
        oids[number - 1] = unit === 'version' ? declared[number - 1] || textOid : inferred[number - 1]!.oid
  }
  return Array.from(oids, (oid) => oid ?? textOid)
}

function parametersOf({ tokens }: Statement): ReadonlySet<number> {
  return new Set(tokens.flatMap(({ kind, value }) => (kind === 'parameter' ? [Number(value)] : [])))
}

/** Whether the columns depend on values of parameters. */
export function isOpenMoment({ value }: MomentClause): boolean {
  return parameterCount(value) > 0
}

/** In PostgreSQL's words: the client reads rows as they were described. */
export function mustBeAsDescribed(described: readonly ResultColumn[], columns: readonly ResultColumn[]): void {
  const shape = (some: readonly ResultColumn[]) => some.map(({ name, type }) => `${name} ${oidOf(type)}`).join('\n')
  if (shape(described) === shape(columns)) return
  throw sqlError('WEIR-6002', 'cached plan must not change result type', {
    sqlstate: '0A000',
    hint: 'The table had other columns at that moment: select columns by name, or write the moment as a literal.',
  })
}
