import type { Clock } from '../kernel/clock.ts'
import type { HttpLimits } from './http-limits.ts'
import type { HttpParts } from '../platform/supervisor/supervisor-options.ts'

export interface HttpServerOptions extends Omit<HttpParts, 'port'> {
  /** The built console; without one, `/` says how to get it. */
  readonly consoleDirectory?: string
  readonly limits?: HttpLimits
  /** Of access tokens; the system's without it. */
  readonly clock?: Clock
}
