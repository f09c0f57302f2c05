import { isIP } from 'node:net'
import { WeirError } from './errors/weir-error.ts'

/** Something that listens, and how it knows who comes. */
export interface Bind {
  /** As the user said it: `--host 0.0.0.0`. */
  readonly asked: string
  readonly host: string
  /** What would make it safe, for who reads the error; undefined when it is: then nothing is refused. */
  readonly remedy: string | undefined
}

/** The one rule for every port: WEIR-2008 for an address that others reach while anybody could come in. */
export function refuseOpenBind({ asked, host, remedy }: Bind): void {
  if (isLoopback(host) || remedy === undefined) return
  throw new WeirError(
    'WEIR-2008',
    `${asked} is reached by others, so it takes authentication: ${remedy}, or use 127.0.0.1`,
  )
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
