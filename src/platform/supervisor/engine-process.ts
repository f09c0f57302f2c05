import { join } from 'node:path'
import type { Logger } from '../../kernel/logger.ts'
import type { EngineHost, Relations } from '../../sql/engine-host.ts'
import type { EngineChildConfig, EngineMethods } from '../children/child-methods.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import type { ProcessLogs } from './process-logs.ts'
import type { WatchedProcess } from './memory-watch.ts'

export type EngineStatus = Readonly<Record<string, unknown>>

/** The SQL engine: started by the first query, then kept. */
export interface EngineProcess {
  /** Path of the socket of a running engine; starts it. */
  socketPath(): Promise<string>
  /** Why the engine that listened there ended. */
  reasonOfEnd(socketPath: string): 'memory' | 'crash' | undefined
  /** Columns of a query against these relations, without running it. */
  describe(sql: string, relations: Relations): Promise<readonly { readonly name: string; readonly type: string }[]>
  readonly watched: readonly WatchedProcess[]
  readonly child: KeptChild<EngineMethods<EngineStatus>>
}

export interface EngineProcessOptions {
  readonly config: Omit<EngineChildConfig, 'socketPath'>
  readonly host: EngineHost
  /** Told that the process is gone, with all that it asks. */
  readonly onGone: (pid: number) => void
  readonly runDirectory: string
  readonly memoryBytesMax: number
  /** An engine that nobody has asked for so long and that serves no session is given back: it starts again in half a second. */
  readonly idleMs?: number
  readonly logs: ProcessLogs
  readonly logger: Logger
}

const minuteMs = 60_000
const idleCheckMs = 10_000

export function runEngine(options: EngineProcessOptions): EngineProcess {
  const reasons = new Map<string, 'memory' | 'crash'>()
  const overBudget = new Set<number>()
  let current = ''
  let usedAt = performance.now()
  let generation = 0
  const { idleMs = minuteMs } = options
  const child = keepChild<EngineMethods<EngineStatus>>({
    name: 'engine',
    program: 'engine',
    onLine: options.logs.collect('engine'),
    logger: options.logger,
    local: {
      relations: (request: never) => options.host.relations(request),
      resolve: (request: never) => options.host.resolve(request),
      flush: (table: never) => options.host.flush(table),
      commit: (request: never) => options.host.commit(request),
      turn: (request: never) => options.host.turn(request),
      endTurn: (turn: never) => options.host.endTurn(turn),
      define: (request: never) => options.host.define(request),
      stage: (request: never) => options.host.stage(request),
    },
    async begin(channel, pid) {
      // What it has asked before its end was heard by then.
      void channel.closed.then(() => options.onGone(pid))
      // A path of its own for each process, so that the relay knows which of them a connection was with.
      const socketPath = join(options.runDirectory, `engine-${process.pid}-${++generation}.sock`)
      await channel.call('start', { ...options.config, socketPath })
      current = socketPath
    },
    onEnd: (_exit, pid) => void reasons.set(current, overBudget.has(pid) ? 'memory' : 'crash'),
  })
  const idle = setInterval(() => void restIfIdle().catch(() => undefined), Math.min(idleCheckMs, idleMs))
  idle.unref()

  async function restIfIdle(): Promise<void> {
    const status = (await child.channel?.call('status', null)) as { readonly sessions: number } | undefined
    if (!status) return
    if (status.sessions > 0) usedAt = performance.now()
    if (performance.now() - usedAt > idleMs) await child.rest(1000)
  }

  return {
    child,
    async socketPath() {
      usedAt = performance.now()
      await child.ready()
      // The time of its start is no time of rest: whoever asked has not connected yet.
      usedAt = performance.now()
      return current
    },
    reasonOfEnd: (socketPath) => reasons.get(socketPath),
    async describe(sql, relations) {
      usedAt = performance.now()
      return (await child.ready()).call('describe', { sql, relations })
    },
    get watched() {
      const { pid } = child
      if (pid === undefined) return []
      const end = (reason: string): void => {
        overBudget.add(pid)
        child.end(reason)
      }
      return [{ name: 'engine', pid, bytesMax: options.memoryBytesMax, end }]
    },
  }
}
