import { isIP } from 'node:net'
import { WeirError } from '../../kernel/errors/weir-error.ts'

/** WEIR-2008 for an address that others reach while there is neither token nor password. */
export function refuseOpenBind(host: string, token: string | undefined, password: string | undefined): void {
  if (isLoopback(host)) return
  const lacking = [token === undefined ? 'WEIR_TOKEN' : '', password === undefined ? 'WEIR_PASSWORD' : ''].filter(
    Boolean,
  )
  if (lacking.length === 0) return
  throw new WeirError(
    'WEIR-2008',
    `--host ${host} is reached by others, so it takes authentication: set ${lacking.join(' and ')}, or use 127.0.0.1`,
  )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
