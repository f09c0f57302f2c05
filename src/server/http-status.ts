import type { WeirError } from '../kernel/errors/weir-error.ts'
import { catalogue } from '../kernel/errors/catalogue.ts'
import type { ErrorKind } from '../kernel/errors/code-definition.ts'

const byKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthorized: 401,
  'not-found': 404,
  conflict: 409,
  closed: 503,
  unavailable: 503,
  corrupt: 500,
  internal: 500,
}

/** Where the kind alone would say too little. */
const byCode: Readonly<Record<string, number>> = {
  // A statement that names what there is not; the address is right.
  'WEIR-6003': 400,
  'WEIR-6004': 403,
  'WEIR-7009': 403,
  'WEIR-7011': 413,
  'WEIR-7015': 403,
  // A file that should be there.
  'WEIR-8002': 500,
}

export function statusOf({ code, kind }: WeirError): number {
  return byCode[code] ?? byKind[kind]
}

/** What every error of the API looks like. */
export interface ErrorBody {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly remedy: string
    /** `weir.config.ts:14:3`, when a line of the project is at fault. */
    readonly at?: string
    readonly details: Readonly<Record<string, unknown>>
  }
}

export function errorBody({ code, message, at, details }: WeirError): ErrorBody {
  return { error: { code, message, remedy: catalogue[code].remedy, ...(at === undefined ? {} : { at }), details } }
}
