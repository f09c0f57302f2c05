import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { machineId } from '../../kernel/machine-id.ts'
import type { JoinPlace } from './adapt-config.ts'
import { addressOf, openJoinConnection } from './open-connection.ts'
import { serveShares, type ServedShares } from './serve-shares.ts'

export interface JoinedWorkerOptions extends Pick<
  JoinPlace,
  'token' | 'projectDirectory' | 'memoryBytes' | 'kafkaUser'
> {
  /** As given: `http://weir:4000`. */
  readonly join: string
  readonly name: string
  readonly logger: Logger
  /** For people: what happens, a line each. */
  readonly say: (line: string) => void
}

export interface RunningJoinedWorker {
  /** Rejects when the supervisor will never take us in: no right, another version, a lake that is not seen here. */
  readonly ended: Promise<void>
  /** Leaves in order, and ends. */
  stop(): Promise<void>
}

const pauseMsFirst = 1000
const pauseMsMax = 30_000
/** What a later attempt does not change. */
const hopeless = new Set(['unauthorized', 'invalid', 'conflict'])

/** Joins the Weir at an address, and joins again whenever the connection breaks, until it is stopped. */
export function runJoinedWorker(options: JoinedWorkerOptions): RunningJoinedWorker {
  const { join, token, name, logger, say } = options
  const stopping = new AbortController()
  let current: ServedShares | undefined
  let said: string | undefined

  /** Not again what was said last. */
  function sayOnce(line: string): void {
    if (line !== said) say(line)
    said = line
  }

  async function run(): Promise<void> {
    for (let pauseMs = pauseMsFirst; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        const address = await addressOf(join)
        const opened = await openJoinConnection(address, token)
        const place = { ...options, address, machine: machineId() }
        current = serveShares(opened, name, place, logger)
        await current.joined
        sayOnce(`joined ${join}`)
        pauseMs = pauseMsFirst / 2
        await current.ended
        if (!stopping.signal.aborted) sayOnce(`the connection to ${join} is lost; nothing runs here until it is back`)
      } catch (thrown) {
        const error = asWeirError(thrown)
        await current?.ended
        if (hopeless.has(error.kind)) throw error
        if (!stopping.signal.aborted) sayOnce(`${error.message}. It is tried again  [${error.code}]`)
      }
      await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const ended = run()
  return {
    ended,
    async stop() {
      stopping.abort()
      await current?.leave()
      await ended.catch(() => undefined)
    },
  }
}
