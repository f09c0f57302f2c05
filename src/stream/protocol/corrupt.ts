import { WeirError } from '../../kernel/errors/weir-error.ts'

/** Bytes that do not follow the protocol: WEIR-3001, kind `corrupt`. The connection that sent them cannot be trusted further. */
export function corrupt(what: string): WeirError {
  return new WeirError('WEIR-3001', `${what}; check what connects to the Kafka port`)
}
