/** What a caller can do about an error; few on purpose. */
export type ErrorKind =
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'unavailable'
  | 'unauthorized'
  | 'closed'
  | 'corrupt'
  | 'internal'

/** One entry of the error catalogue. */
export interface CodeDefinition {
  readonly kind: ErrorKind
  /** One line: what happened. */
  readonly cause: string
  /** One line: what to do about it. */
  readonly remedy: string
  /** Whether the same call may succeed later without a change. */
  readonly retryable?: true
}

/** Keeps the codes literal while checking each entry. */
export function defineCodes<const T extends Record<`WEIR-${number}`, CodeDefinition>>(codes: T): T {
  return codes
}
