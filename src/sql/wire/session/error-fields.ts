import { asWeirError, type WeirError } from '../../../kernel/errors/weir-error.ts'
import type { ResponseFields } from '../backend-messages.ts'

/** An error as the client sees it. `offset` is where the statement begins in what the client sent. */
export function errorFields(thrown: unknown, severity: 'ERROR' | 'FATAL', offset = 0): ResponseFields {
  const error = asWeirError(thrown)
  const { sqlstate, position, detail, hint, where } = error.details as {
    sqlstate?: string
    position?: number
    detail?: string
    hint?: string
    where?: string
  }
  return {
    severity,
    sqlstate: sqlstate ?? sqlstateOf(error),
    message: error.message,
    detail: detail ?? error.code,
    hint,
    where,
    position: position === undefined ? undefined : position + offset,
  }
}

/** Of what was not said by SQL itself. */
function sqlstateOf({ code, kind }: WeirError): string {
  if (code === 'WEIR-4025' || code === 'WEIR-4027') return '0A000'
  return kind === 'unavailable' ? '57P03' : 'XX000'
}
