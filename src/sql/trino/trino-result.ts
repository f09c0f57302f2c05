import type { Cursor, ResultChunk } from '../wire/query-service.ts'
import { resultTypeOf } from '../wire/result-type.ts'
import type { Cancelable } from './cancelable.ts'
import type { TrinoColumn } from './parse-page.ts'
import type { TrinoQuery } from './trino-client.ts'
import { type TrinoType, trinoType } from './trino-type.ts'

/** Trino's columns as PostgreSQL's; `names` are PostgreSQL's where Trino gives none (`_col0`). */
export function resultColumns(columns: readonly TrinoColumn[], names: readonly (string | undefined)[] | undefined) {
  const known = names?.length === columns.length ? names : undefined
  return columns.map(({ name, type, typeSignature }, at) => {
    const trino = trinoType(typeSignature, type)
    const shown = /^_col\d+$/.test(name) ? (known?.[at] ?? name) : name
    return { trino, column: { name: shown, type: resultTypeOf(trino.duckdb) } }
  })
}

/** What a cursor needs besides the query it reads. */
export interface TrinoCursorParts {
  readonly names: readonly (string | undefined)[] | undefined
  readonly notices: readonly string[]
  readonly cancelable: Cancelable
  readonly explain: (error: unknown) => Error
}

/** A query that runs in Trino as a cursor: it ends itself with its last row or its first error. */
export async function trinoCursor(
  query: TrinoQuery,
  { names, notices, cancelable, explain }: TrinoCursorParts,
): Promise<Cursor> {
  const columns = await columnsOrClose(query, names)
  const types = columns.map(({ trino }) => trino)
  return {
    columns: columns.map(({ column }) => column),
    notices,
    async next() {
      try {
        const rows = await cancelable.run((signal) => query.next(signal))
        return rows && chunkOf(rows, types)
      } catch (error) {
        await query.close()
        throw explain(error)
      }
    },
    close: () => query.close(),
  }
}

/** A query with a column that has no form is ended. */
async function columnsOrClose(query: TrinoQuery, names: TrinoCursorParts['names']) {
  try {
    return resultColumns(query.columns, names)
  } catch (error) {
    await query.close()
    throw error
  }
}

/** Values are made as they are asked for. */
function chunkOf(rows: readonly (readonly unknown[])[], types: readonly TrinoType[]): ResultChunk {
  return {
    rowCount: rows.length,
    columnCount: types.length,
    getColumnVector: (at) => ({
      getItem(row) {
        const value = rows[row]![at] ?? null
        return value === null ? null : types[at]!.read(value)
      },
    }),
  }
}
