import type { DuckDBConnection } from '@duckdb/node-api'
import { atMoment } from '../bind/at-moment.ts'
import { boundText, inferParameters } from '../bind/infer-parameters.ts'
import { isRepeatable } from '../gate/repeatable.ts'
import type { Parameter } from '../wire/query-service.ts'
import type { PreparedStatement } from './prepare-statement.ts'

/** Runs `work` on a connection to which a statement's names mean what it was bound to, without rows. */
export type WithoutRows = <T>(
  prepared: PreparedStatement,
  work: (connection: DuckDBConnection) => Promise<T>,
) => Promise<T>

/** A statement as it is run, with its parameters and the moment written out. */
export interface StatementText {
  readonly text: string
  /** Whether it means the same whenever it is run. */
  readonly isFixed: boolean
}

export async function statementText(
  prepared: PreparedStatement,
  parameters: readonly Parameter[],
  withoutRows: WithoutRows,
): Promise<StatementText> {
  const spoken = atMoment(prepared.statement, Date.now())
  const text = await boundText(spoken, parameters, (declared) =>
    withoutRows(prepared, (connection) => inferParameters(connection, spoken, declared)),
  )
  return { text, isFixed: isRepeatable(spoken) && prepared.bound.isRepeatable }
}
