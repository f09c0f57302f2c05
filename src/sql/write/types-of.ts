import type { DuckDBType } from '@duckdb/node-api'
import { statementOf } from '../gate/statement.ts'
import { isOpenMoment, describeOn } from '../session/describe-statement.ts'
import { pinLater } from '../moment/pin-statement.ts'
import { changedMeanwhile, type SessionStatements } from '../session/session-statements.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import type { Description } from '../wire/query-service.ts'
import { explainedWrite } from './run/run-ours.ts'

/** Columns and parameters of a query that is made from a statement, without running it; the gate looks at it first. */
export async function describeComposed(
  statements: SessionStatements,
  text: string,
  given: readonly ReadRelation[],
  declared: readonly number[],
): Promise<Description> {
  try {
    const found = await statements.prepare({ statement: statementOf(text), given }, 'current')
    const isOpen = found.clauses.some(isOpenMoment)
    const prepared = isOpen ? { ...found, bound: pinLater(found.bound) } : await statements.pinned(found, [])
    if (prepared === 'rebind') throw changedMeanwhile()
    return await statements.explained(prepared, () =>
      statements.withoutRows(prepared, (connection) => describeOn(connection, prepared, declared)),
    )
  } catch (error) {
    throw explainedWrite(statements.explain(error))
  }
}

export async function typesOfComposed(
  statements: SessionStatements,
  text: string,
  given: readonly ReadRelation[],
  declared: readonly number[],
): Promise<readonly DuckDBType[]> {
  const { columns } = await describeComposed(statements, text, given, declared)
  return columns.map(({ type }) => type.duckdb)
}
