import type { TableRelation } from '../engine-host.ts'
import { quoteName, statementOf } from '../gate/statement.ts'
import { resultCursor } from '../session/result-cursor.ts'
import type { ReadRelation } from '../snapshot/table-plan.ts'
import type { Cursor, Parameter } from '../wire/query-service.ts'
import { returnedName, writeSchema } from './bind/write-names.ts'
import type { Fragment } from './grammar/token-reader.ts'
import { explainedWrite } from './run/run-ours.ts'
import type { WriteParts } from './write-parts.ts'

/** RETURNING of a statement: what it lists, and the name by which it speaks of the table. */
export interface Returning {
  readonly list: Fragment
  readonly target: TableRelation
  readonly alias: string
}

let lastId = 0

export function returningText({ list, alias }: Returning): string {
  return `SELECT ${list.text}\n FROM ${writeSchema}.${quoteName(returnedName)} AS ${quoteName(alias)}`
}

export function returnedRelation(target: TableRelation, query: string): ReadRelation {
  return { ...target, schema: writeSchema, name: returnedName, query }
}

/**
 * What RETURNING lists of these rows, `query` a query of the table's columns. It is computed at once, before the commit, and
 * kept for as long as the client reads.
 */
export async function returnedRows(
  { statements, views }: WriteParts,
  returning: Returning,
  query: string,
  parameters: readonly Parameter[],
): Promise<Cursor> {
  const given = [returnedRelation(returning.target, query)]
  try {
    const { prepared, spoken, read } = await statements.begin(
      async () => ({ statement: statementOf(returningText(returning)), given }),
      parameters,
    )
    const lent = await statements.connections.take()
    const { connection } = lent
    const kept = `${views.database}.${quoteName(writeSchema)}.${quoteName(`returned_${++lastId}`)}`
    const on = <T>(work: () => Promise<T>): Promise<T> => statements.interruptible.run(connection, work)
    const end = async (): Promise<void> => {
      await connection.run(`DROP TABLE IF EXISTS ${kept}`).catch(() => undefined)
      statements.connections.give(lent)
    }
    try {
      await on(() => connection.run(`CREATE TABLE ${kept} AS (\n${spoken.text}\n)`))
      const result = await on(() => connection.stream(`FROM ${kept}`))
      const fetch = () => on(() => result.fetchChunk())
      const { names } = prepared
      const { explain } = statements
      return resultCursor(result, { fetch, names, notices: [], mustBeSame: async () => {}, end, explain })
    } catch (error) {
      await end()
      throw statements.explain(error, prepared.bound)
    } finally {
      await read.release()
    }
  } catch (error) {
    throw explainedWrite(statements.explain(error))
  }
}
