import type { DuckDBConnection } from '@duckdb/node-api'
import type { Statement } from '../gate/statement.ts'
import type { Parameter } from '../wire/query-service.ts'
import { oidOf, resultTypeOf } from '../wire/result-type.ts'
import { literalOf, parameterCount, withParameters } from './parameter-literal.ts'

export interface InferredParameter {
  /** DuckDB's name of the type; undefined when its place fits any. */
  readonly name: string | undefined
  readonly oid: number
}

/** Types of a statement's parameters: as `declared` (OIDs, 0 where the client leaves it open), or as DuckDB finds them. */
export async function inferParameters(
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

/** The statement's text with the values in it; `infer` finds the types that the client left open. */
export async function boundText(
  statement: Statement,
  parameters: readonly Parameter[],
  infer: (declared: readonly number[]) => Promise<readonly InferredParameter[]>,
): Promise<string> {
  if (parameterCount(statement) === 0) return statement.text
  const declared = parameters.map(({ oid }) => oid)
  const inferred = declared.includes(0) ? await infer(declared) : []
  return withParameters(
    statement,
    parameters.map((parameter, i) => literalOf(parameter, inferred[i]?.name)),
  )
}
