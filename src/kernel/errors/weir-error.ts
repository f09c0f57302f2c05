import { catalogue, type ErrorCode } from './catalogue.ts'
import type { CodeDefinition, ErrorKind } from './code-definition.ts'
import { fileErrorOf } from '../files/file-error.ts'

export interface ErrorContext {
  /** The error that led here; kept for the log, never shown alone. */
  readonly cause?: unknown
  /** Where in a user's project: `weir.config.ts:14:3`. */
  readonly at?: string
  /** Facts for programs: names and values, JSON-safe. */
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The only error that leaves a module. Its message names the thing, the value and the remedy; its code opens the
 * reference page (`weir explain CODE`) and never changes its meaning.
 */
export class WeirError extends Error {
  readonly code: ErrorCode
  readonly kind: ErrorKind
  readonly retryable: boolean
  readonly at: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? {} : { cause: context.cause })
    this.name = 'WeirError'
    this.code = code
    const definition: CodeDefinition = catalogue[code]
    this.kind = definition.kind
    this.retryable = definition.retryable ?? false
    this.at = context.at
    this.details = context.details ?? {}
  }
}

/** Any thrown value as a WeirError; what is neither one nor from the file system was not foreseen, and says so. */
export function asWeirError(thrown: unknown): WeirError {
  if (thrown instanceof WeirError) return thrown
  const refused = fileErrorOf(thrown)
  if (refused) return new WeirError(refused.code, refused.message, { cause: thrown })
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new WeirError('WEIR-9001', message, { cause: thrown })
}
