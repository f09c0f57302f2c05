import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { sqlError } from '../sql-error.ts'
import type { TrinoFailure } from './parse-page.ts'

/** SQLSTATE and code by Trino's name of an error (`StandardErrorCode`). */
const byName: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  SYNTAX_ERROR: ['WEIR-6002', '42601'],
  TABLE_NOT_FOUND: ['WEIR-6003', '42P01'],
  SCHEMA_NOT_FOUND: ['WEIR-6003', '3F000'],
  MISSING_SCHEMA_NAME: ['WEIR-6003', '3F000'],
  CATALOG_NOT_FOUND: ['WEIR-6003', '3D000'],
  MISSING_CATALOG_NAME: ['WEIR-6003', '3D000'],
  COLUMN_NOT_FOUND: ['WEIR-6003', '42703'],
  FUNCTION_NOT_FOUND: ['WEIR-6003', '42883'],
  TYPE_NOT_FOUND: ['WEIR-6003', '42704'],
  TYPE_MISMATCH: ['WEIR-6002', '42804'],
  AMBIGUOUS_NAME: ['WEIR-6002', '42702'],
  EXPRESSION_NOT_AGGREGATE: ['WEIR-6002', '42803'],
  MISMATCHED_COLUMN_ALIASES: ['WEIR-6002', '42601'],
  DUPLICATE_COLUMN_NAME: ['WEIR-6002', '42701'],
  INVALID_LITERAL: ['WEIR-6005', '22007'],
  INVALID_CAST_ARGUMENT: ['WEIR-6005', '22P02'],
  INVALID_FUNCTION_ARGUMENT: ['WEIR-6005', '22023'],
  NUMERIC_VALUE_OUT_OF_RANGE: ['WEIR-6005', '22003'],
  DIVISION_BY_ZERO: ['WEIR-6005', '22012'],
  SUBQUERY_MULTIPLE_ROWS: ['WEIR-6005', '21000'],
  NOT_SUPPORTED: ['WEIR-6001', '0A000'],
  PERMISSION_DENIED: ['WEIR-6004', '42501'],
  USER_CANCELED: ['WEIR-6007', '57014'],
  ADMINISTRATIVELY_CANCELED: ['WEIR-6007', '57014'],
  EXCEEDED_TIME_LIMIT: ['WEIR-6007', '57014'],
  ABANDONED_QUERY: ['WEIR-6007', '57P05'],
  ADMINISTRATIVELY_KILLED: ['WEIR-6007', '57P01'],
  SERVER_STARTING_UP: ['WEIR-6015', '57P03'],
  SERVER_SHUTTING_DOWN: ['WEIR-6015', '57P01'],
  NO_NODES_AVAILABLE: ['WEIR-6015', '57P03'],
  QUERY_QUEUE_FULL: ['WEIR-6015', '53300'],
}

/** By its type, where its name is none of those. */
const byType: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  USER_ERROR: ['WEIR-6002', '42000'],
  INSUFFICIENT_RESOURCES: ['WEIR-6006', '53000'],
  EXTERNAL: ['WEIR-6005', '58000'],
}

/** A failed query as a SQL client sees it; `placeOf` gives the place in its text of one in what was sent. */
export function trinoError(failure: TrinoFailure, sent: string, placeOf: (at: number) => number | undefined): Error {
  const { message, errorName, errorType, errorLocation } = failure
  const isMemory = /^EXCEEDED_(GLOBAL|LOCAL|CLUSTER)?_?MEMORY_LIMIT$|^CLUSTER_OUT_OF_MEMORY$/.test(errorName)
  const [code, sqlstate] = isMemory
    ? (['WEIR-6006', '53200'] as const)
    : (byName[errorName] ?? byType[errorType] ?? (['WEIR-6005', 'XX000'] as const))
  const at = errorLocation && offsetOf(sent, errorLocation.lineNumber, errorLocation.columnNumber)
  const position = at === undefined ? undefined : placeOf(at)
  const text = errorLocation ? message.replace(/^line \d+:\d+: /, '') : message
  return sqlError(code, `${text} (${errorName}, by Trino)`, {
    sqlstate,
    ...(position === undefined ? {} : { position: position + 1 }),
  })
}

/** Where a line and a column are, both from 1; columns count code points. */
function offsetOf(text: string, line: number, column: number): number | undefined {
  const lines = text.split('\n')
  const found = lines[line - 1]
  if (found === undefined) return undefined
  const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  return (
    before +
    Array.from(found)
      .slice(0, column - 1)
      .join('').length
  )
}
