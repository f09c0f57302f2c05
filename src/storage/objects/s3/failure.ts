import { WeirError } from '../../../kernel/errors/weir-error.ts'

/** What the S3 client tells of a request that failed. */
interface Failure {
  readonly name?: string
  readonly message?: string
  /** Of Node, when the network failed. */
  readonly code?: string
  readonly cause?: unknown
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
}

/** Answers that say nothing about the request: the same one may succeed in a moment. */
const transientStatuses: readonly number[] = [408, 429, 500, 502, 503, 504]

/** The network, by Node's code: the request may or may not have been done. */
const networkCodes: readonly string[] = [
  ...['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ERR_STREAM_PREMATURE_CLOSE'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]

/** Codes of S3 that ask for another try, whatever their status. */
const transientNames: readonly string[] = [
  ...['SlowDown', 'InternalError', 'ServiceUnavailable', 'RequestTimeout', 'TimeoutError', 'BrokenOff'],
  // Another conditional write of the same name is under way: which one is first is not known yet.
  ...['ConditionalRequestConflict', 'OperationAborted'],
  // The clock: the client has learnt the server's from the answer.
  'RequestTimeTooSkewed',
  // The bytes were damaged on their way, and the server took nothing.
  ...['BadDigest', 'InvalidDigest', 'XAmzContentSHA256Mismatch', 'XAmzContentChecksumMismatch'],
]

/** Whether the same request may succeed in a moment. What S3 refuses (403, 404, 412, other 4xx) is never sent again. */
export function isTransient(error: unknown): boolean {
  if (error instanceof WeirError) return false
  const { name = '', code = '', $metadata, cause } = error as Failure
  if (networkCodes.includes(code) || transientNames.includes(name)) return true
  const status = $metadata?.httpStatusCode
  if (status !== undefined) return transientStatuses.includes(status) || (status < 300 && error instanceof SyntaxError)
  return cause !== undefined && isTransient(cause)
}

/** A body that ended before its length, or whose bytes are not those of its checksum. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

/** Whether S3 answered with this status. */
export function hasStatus(error: unknown, status: number): boolean {
  return (error as Failure).$metadata?.httpStatusCode === status
}

/** What a 404 is called that is about the object, or that came without a word. Buckets, uploads and keys may be missing too. */
const missingNames: readonly string[] = ['NoSuchKey', 'NotFound', 'UnknownError']

/**
 * The error that callers see. Of the client's error only name, message, code and status are kept: the rest holds the
 * request as it was signed, the session token of temporary keys among it.
 */
export function explain(location: string, thrown: unknown, attempts: number): WeirError {
  if (thrown instanceof WeirError) return thrown
  const { name = 'Error', message = String(thrown), code, $metadata } = thrown as Failure
  const { httpStatusCode: status, requestId } = $metadata ?? {}
  const cause = Object.assign(new Error(message), { name, code, status, requestId })
  if (status === 404 && missingNames.includes(name))
    return new WeirError('WEIR-8002', `${location} is not there`, { cause })
  if (status === 412) return new WeirError('WEIR-8003', `${location} is already there`, { cause })
  if (status === undefined && !isTransient(thrown) && code !== undefined && !code.startsWith('ERR_')) throw thrown
  const answer = status === undefined ? 'S3 did not answer' : `S3 answered ${status}`
  const often = attempts > 1 ? ` (${attempts} times)` : ''
  return new WeirError('WEIR-8004', `${answer} for ${location}${often}: ${name} ${message}`, { cause })
}
