import { openChannel, type Channel, type Methods } from '../../kernel/channel.ts'
import { openLinePort } from '../../kernel/line-port.ts'
import type { Logger } from '../../kernel/logger.ts'
import { sharePort, type OpenedPort } from '../../kernel/shared-port.ts'
import { version } from '../../kernel/version.ts'
import type { DeliveryChildConfig } from '../children/child-methods.ts'
import { spawnChild, type SpawnedChild } from '../supervisor/spawn-child.ts'
import { watchMemory, type WatchedProcess } from '../supervisor/memory-watch.ts'
import { adaptConfig, beyondDuckdbBytes, refuseOtherPlace, type JoinPlace } from './adapt-config.ts'
import { controlName, type SupervisorSide, type Welcome, type WorkerSide } from './join-methods.ts'
import type { JoinConnection } from './open-connection.ts'
import { batchLines } from './batch-lines.ts'

export interface ServedShares {
  /** Resolves when the supervisor has taken us in; WEIR-2019 when we cannot work there. */
  readonly joined: Promise<void>
  /** Resolves when the connection is over; nothing of ours runs any more then. */
  readonly ended: Promise<void>
  /** Others take over, what was accepted is committed; then it ends. */
  leave(): Promise<void>
}

interface Share {
  readonly child: SpawnedChild<Methods>
  readonly port: OpenedPort
  memoryBytesMax: number
}

/** How often its processes are told that the supervisor is there. */
const heardMs = 1000
const leaveTimeoutMs = 60_000
/** A call is given up by whoever made it. */
const forwardedTimeoutMs = 3_600_000
/** What a child asks of its supervisor. */
const hostMethods = ['adoption', 'adopt', 'deletedTopics', 'holes'] as const
/** What a supervisor asks of a child; `start` is answered here. */
const childMethods = ['status', 'metrics', 'stop', 'assign', 'tails', 'flush'] as const

/** Runs processes of deliveries for the supervisor at the other end, for as long as the connection lasts. */
export function serveShares(
  { connection, head }: JoinConnection,
  name: string,
  place: JoinPlace,
  logger: Logger,
): ServedShares {
  const port = openLinePort(connection, head)
  const shared = sharePort(port)
  const shares = new Map<string, Share>()
  const joined = Promise.withResolvers<void>()
  let welcome: Welcome | undefined

  function begin(share: string): void {
    const port = shared.open(share)
    const lines = batchLines((said) => void control.call('said', { share, lines: said }).catch(() => undefined))
    const child: SpawnedChild<Methods> = spawnChild<Methods>({
      name: share,
      program: 'delivery',
      local: forwarded(hostMethods, () => supervisor),
      onLine: (line) => lines.add(line),
    })
    const running: Share = { child, port, memoryBytesMax: Infinity }
    shares.set(share, running)
    const local: Methods = {
      ...forwarded(childMethods, () => child.channel),
      start: (config: DeliveryChildConfig) => {
        const adapted = adaptConfig(config, welcome!, place)
        running.memoryBytesMax = adapted.memoryLimitBytes + beyondDuckdbBytes
        return child.channel.call('start', adapted as never, { timeoutMs: forwardedTimeoutMs })
      },
    }
    const supervisor: Channel<Methods> = openChannel<Methods>(port, local)
    void child.exited.then((exit) => {
      shares.delete(share)
      lines.end()
      void control.call('ended', { share, ...exit }).catch(() => undefined)
      port.close()
    })
  }

  const local: WorkerSide = {
    async hello(told) {
      try {
        await refuseOtherPlace(told, version(), place)
      } catch (error) {
        joined.reject(error)
        throw error
      }
      welcome = told
      // Answered first.
      setImmediate(joined.resolve)
      return { name, machine: place.machine }
    },
    begin({ share }) {
      begin(share)
      return null
    },
    end({ share }) {
      shares.get(share)?.child.kill()
      return null
    },
  }
  const control = openChannel<SupervisorSide>(shared.open(controlName), local)
  let toldMs = 0
  port.onHeard(() => {
    if (performance.now() - toldMs < heardMs) return
    toldMs = performance.now()
    for (const { child } of shares.values()) child.channel.call('heard', null as never).catch(() => undefined)
  })
  const memory = watchMemory(() => [...shares].flatMap(watched), logger)
  const ended = control.closed.then(async () => {
    memory.stop()
    // Without a supervisor nobody takes their commits (INV-W2).
    const left = [...shares.values()]
    for (const { child } of left) child.kill()
    await Promise.all(left.map(({ child }) => child.exited))
    joined.reject(new Error('the connection ended before the worker had joined'))
  })
  return {
    joined: joined.promise,
    ended,
    async leave() {
      await control.call('leaving', null, { timeoutMs: leaveTimeoutMs }).catch(() => undefined)
      port.close()
      await ended
    },
  }
}

/** Methods that are asked of somebody else. */
function forwarded(names: readonly string[], to: () => Channel<Methods>): Methods {
  const timeoutMs = forwardedTimeoutMs
  return Object.fromEntries(
    names.map((name) => [name, (params: never) => to().call(name, params, { timeoutMs })] as const),
  )
}

function watched([share, { child, memoryBytesMax }]: [string, Share]): readonly WatchedProcess[] {
  return [{ name: share, pid: child.pid, bytesMax: memoryBytesMax, end: () => child.kill() }]
}
