import type { DuckDBValue } from '@duckdb/node-api'
import type { Statement } from '../gate/statement.ts'
import type { ResultType } from './result-type.ts'

/**
 * Queries of one client's session, as the protocol needs them. Calls of one session do not overlap but for `cancel`; cursors may be open side
 * by side. Every error is a WeirError with a `sqlstate` among its details.
 */
export interface QueryService {
  /** Columns and parameter types without running. `declared` holds OIDs, 0 where the client leaves it open. */
  describe(statement: Statement, declared: readonly number[]): Promise<Description>
  /** Binds, resolves the tables at one moment and starts. `explain` (`EXPLAIN `, `EXPLAIN ANALYZE `) asks for the plan instead. */
  open(statement: Statement, parameters: readonly Parameter[], options?: { readonly explain?: string }): Promise<Cursor>
  /** Interrupts what runs; its error is WEIR-6007, or `reason`. */
  cancel(reason?: Error): void
  /** Told why of each cancellation; gives what ends that. */
  onCancel(listener: (reason: Error) => void): () => void
  close(): Promise<void>
}

export interface Description {
  readonly columns: readonly ResultColumn[]
  readonly parameterOids: readonly number[]
}

export interface ResultColumn {
  readonly name: string
  readonly type: ResultType
}

/** A parameter's value as PostgreSQL's text format has it, and its declared OID or 0. */
export interface Parameter {
  readonly text: string | null
  readonly oid: number
}

/** Rows of a running query. Holds resources until closed; closing twice is allowed. */
export interface Cursor {
  readonly columns: readonly ResultColumn[]
  readonly notices: readonly string[]
  next(): Promise<ResultChunk | null>
  close(): Promise<void>
}

/** Rows by columns. DuckDB's own chunks are such; what other engines answer has the values that DuckDB would. */
export interface ResultChunk {
  readonly rowCount: number
  readonly columnCount: number
  getColumnVector(column: number): ResultVector
}

export interface ResultVector {
  getItem(row: number): DuckDBValue
}
