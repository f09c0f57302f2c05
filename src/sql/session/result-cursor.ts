import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import type { Cursor, ResultColumn } from '../wire/query-service.ts'
import { resultTypeOf } from '../wire/result-type.ts'

/** What a cursor needs besides the result it reads. */
export interface CursorParts {
  /** The next chunk of the result. */
  readonly fetch: () => Promise<DuckDBDataChunk | null>
  /** PostgreSQL's names of the columns, where they are known. */
  readonly names: readonly (string | undefined)[] | undefined
  readonly notices: readonly string[]
  /** Behind the last row: fails when what they were read of is something else by now. */
  readonly mustBeSame: () => Promise<void>
  /** Lets go of what the result holds; called once. */
  readonly end: () => Promise<void>
  readonly explain: (error: unknown) => Error
}

/** A running result as a cursor: it ends itself with its last row or its first error. */
export function resultCursor(
  result: DuckDBResult,
  { fetch, names, notices, mustBeSame, end, explain }: CursorParts,
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
        await mustBeSame()
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
