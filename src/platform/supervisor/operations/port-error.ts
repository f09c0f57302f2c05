import { catalogue, type ErrorCode } from '../../../kernel/errors/catalogue.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'

/** What `pg` tells of an ErrorResponse. */
interface ResponseError extends Error {
  readonly code?: string
  readonly hint?: string
  readonly position?: string
  readonly detail?: string
}

/**
 * What the PostgreSQL port answered, with the code that it has there: the remedy is of the code, and a data file that is missing is not
 * put right in the statement. The port says the code as the detail, but where SQL has a detail of its own.
 */
export function portError(error: ResponseError): WeirError {
  const { message, code: sqlstate, hint, position, detail } = error
  const code = detail !== undefined && isCode(detail) ? detail : 'WEIR-6005'
  // What the hint says is not for who was refused.
  if (code === 'WEIR-7015') return new WeirError(code, message, { cause: error, details: { sqlstate } })
  const isSaid = hint === undefined || hint === catalogue[code].remedy
  const advice = isSaid ? '' : `${/[.!?]$/.test(message) ? '' : '.'} ${hint}`
  return new WeirError(code, `${message}${advice}`, { cause: error, details: { sqlstate, position } })
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(catalogue, text)
}
