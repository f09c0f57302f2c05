import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { BrokerMetrics } from '../metrics/broker-metrics.ts'
import type { Denial } from './access.ts'
import { principalText, type Principal } from './principal.ts'
import type { QuotaKey } from './quotas/quota.ts'
import type { LoginEvent } from './sasl/sasl-session.ts'

/** Somebody changed who may do what. */
export interface SecurityChange {
  readonly kind: 'acl' | 'user' | 'quota'
  readonly action: 'create' | 'alter' | 'delete'
  /** Of the user, the resource or the entity. */
  readonly name: string
  /** Who did it: `User:ada`. */
  readonly actor: string
  readonly host: string
  /** JSON-safe, and without secrets. */
  readonly detail: Readonly<Record<string, unknown>>
}

/** Tells operators what happens at the door. */
export interface SecurityLog {
  onLogin(event: LoginEvent): void
  onDenial(denial: Denial, api: string): void
  readonly onThrottle: (quota: QuotaKey, ms: number) => void
  onChange(changes: readonly Omit<SecurityChange, 'actor' | 'host'>[], by: Principal, host: string): void
}

/** Of one address in one minute; then only how many they were. */
const linesMax = 10
const minuteMs = 60_000
const rememberedMax = 1000
/** A client may claim any name. */
const nameMax = 128

export function createSecurityLog(
  metrics: BrokerMetrics,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  audit: (change: SecurityChange) => void,
): SecurityLog {
  const mayLog = limitLines(
    () => clock.monotonic(),
    (key, left) => logger.warn({ of: key, left }, 'lines of the last minute were left out'),
  )
  return {
    onLogin({ mechanism, outcome, user, address, reason }) {
      metrics.logins.inc({ mechanism, outcome })
      const who = { user: user?.slice(0, nameMax), client: address, mechanism }
      if (outcome === 'success') logger.debug(who, 'a Kafka client has logged in')
      else if (mayLog(`login ${address}`)) logger.warn({ ...who, reason }, 'a Kafka client failed to log in')
    },
    onDenial({ principal, host, operation, type, name }, api) {
      metrics.denials.inc({ operation, resource: type })
      const user = principalText(principal)
      if (mayLog(`denial ${user}`))
        logger.info({ user, client: host, api, operation, resource: `${type}:${name.slice(0, nameMax)}` }, 'denied')
    },
    onThrottle(quota, ms) {
      metrics.throttled.inc({ quota })
      metrics.throttledSeconds.inc({ quota }, ms / 1000)
    },
    onChange(changes, by, host) {
      const actor = principalText(by)
      for (const change of changes) {
        logger.info({ ...change, actor, client: host }, `${change.kind} ${change.action}`)
        audit({ ...change, actor, host })
      }
    },
  }
}

/** Says whether another line may be written for the key, and at the end of its minute how many were left out. */
function limitLines(monotonic: () => number, onLeft: (key: string, left: number) => void): (key: string) => boolean {
  const minutes = new Map<string, { readonly since: number; lines: number }>()

  function end(key: string): void {
    const { lines } = minutes.get(key)!
    minutes.delete(key)
    if (lines > linesMax) onLeft(key, lines - linesMax)
  }

  return (key) => {
    const now = monotonic()
    for (const [oldest, { since }] of minutes) {
      if (now - since < minuteMs && minutes.size <= rememberedMax) break
      end(oldest)
    }
    const minute = minutes.get(key) ?? { since: now, lines: 0 }
    minutes.set(key, minute)
    return ++minute.lines <= linesMax
  }
}
