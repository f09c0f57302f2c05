import type { ErrorCode } from '../kernel/errors/catalogue.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'

/** What PostgreSQL's ErrorResponse carries besides the message. */
export interface SqlErrorFields {
  /** Five characters, PostgreSQL's appendix A. */
  readonly sqlstate: string
  /** 1-based place in the statement, in characters. */
  readonly position?: number
  readonly hint?: string
  /** What the message does not say: the value of a key. */
  readonly detail?: string
  /** Where in what is worked on, as `COPY t, line 3`. */
  readonly where?: string
}

/** An error for a SQL client: a WeirError whose details hold the fields of PostgreSQL's ErrorResponse. */
export function sqlError(code: ErrorCode, message: string, fields: SqlErrorFields, cause?: unknown): WeirError {
  return new WeirError(code, message, { details: { ...fields }, ...(cause === undefined ? {} : { cause }) })
}
