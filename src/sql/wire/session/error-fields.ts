import { catalogue, type ErrorCode } from '../../../kernel/errors/catalogue.ts'
import { asWeirError, type WeirError } from '../../../kernel/errors/weir-error.ts'
import { withoutExcerpt } from '../../duckdb/duckdb-error.ts'
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
    message: withoutExcerpt(error.message),
    detail: detail ?? error.code,
    hint: hint ?? remedyOf(error),
    where,
    position: position === undefined ? undefined : position + offset,
  }
}

/** Of what is wrong in the statement itself, message and position say all there is. */
const ofStatements: ReadonlySet<ErrorCode> = new Set(['WEIR-6001', 'WEIR-6002', 'WEIR-6005'])

/** Of tables: what they have is not written, or not in this way. */
const unsupported: ReadonlySet<ErrorCode> = new Set(['WEIR-4012', 'WEIR-4025', 'WEIR-4027'])

function remedyOf({ code }: WeirError): string | undefined {
  return ofStatements.has(code) ? undefined : catalogue[code].remedy
}

/** Of what was not said by SQL itself. */
function sqlstateOf({ code, kind }: WeirError): string {
  // Pools take 57P03 for a server that starts, and connect anew.
  if (code === 'WEIR-8001') return '53100'
  if (unsupported.has(code)) return '0A000'
  return kind === 'unavailable' ? '57P03' : 'XX000'
}
