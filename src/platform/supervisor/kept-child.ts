import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, Methods } from '../../kernel/channel.ts'
import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { restartDelayMs } from './restart-delay.ts'
import { spawnChild, type ChildExit, type ChildOptions, type SpawnedChild } from './spawn-child.ts'

export type ChildState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly pid: number; readonly since: number }
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'stopped' }

export interface KeptChildOptions<Remote extends Methods> extends ChildOptions {
  /** Calls `start` and whatever makes the child ready; asked anew for each process. */
  readonly begin: (channel: Channel<Remote>, pid: number) => Promise<void>
  /** Told after a process has gone without being asked to. */
  readonly onEnd?: (exit: ChildExit, pid: number) => void
  readonly logger: Logger
}

/** A child that is started again when it dies: at once, then with growing pauses. */
export interface KeptChild<Remote extends Methods> {
  readonly name: string
  readonly state: ChildState
  /** Starts it if it is idle, and waits until it is ready; WEIR-2005 after `timeoutMs` or when it failed. */
  ready(timeoutMs?: number): Promise<Channel<Remote>>
  /** The channel of the process that is ready now. */
  readonly channel: Channel<Remote> | undefined
  readonly pid: number | undefined
  /** How often it was started again. */
  readonly restarts: number
  /** Ends this process, for this reason; it is started again. */
  end(reason?: string): void
  /** Stops it for now: it is idle, and the next `ready` starts it. */
  rest(deadlineMs: number): Promise<void>
  /** Asks it to stop within the time, then kills it; it is not started again. */
  stop(deadlineMs: number): Promise<void>
  /** At once, and not started again. */
  kill(): void
}

/** What cannot start because of its data or its settings will not start a second later either. */
const hopeless = new Set(['corrupt', 'invalid', 'conflict', 'unauthorized'])
const readyTimeoutMs = 15_000

export function keepChild<Remote extends Methods>(options: KeptChildOptions<Remote>): KeptChild<Remote> {
  const { name, logger } = options
  let state: ChildState = { kind: 'idle' }
  let process: SpawnedChild<Remote> | undefined
  let restarts = 0
  let endedFor: string | undefined
  const waiters = new Set<() => void>()
  const rested = new WeakSet<SpawnedChild<Remote>>()
  let loop: Promise<void> | undefined
  const ended = new AbortController()

  function become(next: ChildState): void {
    if (state.kind === 'stopped') return
    state = next
    for (const wake of waiters) wake()
  }

  async function run(): Promise<void> {
    for (let failures = 0; state.kind !== 'stopped';) {
      become({ kind: 'starting' })
      const spawned = spawnChild<Remote>(options)
      process = spawned
      const problem = await begin(spawned)
      const readySince = performance.now()
      const exit = await spawned.exited
      if (isStopped() || rested.has(spawned)) return
      options.onEnd?.(exit, spawned.pid)
      if (problem && hopeless.has(problem.kind)) {
        logger.error({ child: name, code: problem.code }, problem.message)
        return become({ kind: 'failed', reason: problem.message })
      }
      if (!problem && performance.now() - readySince > 30_000) failures = 0
      const reason = endedFor ?? problem?.message ?? `it ended with ${exit.signal ?? `exit code ${exit.code}`}`
      endedFor = undefined
      logger.error({ child: name, pid: spawned.pid, reason }, `${name} ended and is started again`)
      become({ kind: 'waiting', reason })
      await pause(restartDelayMs(failures++), undefined, { signal: ended.signal }).catch(() => undefined)
      restarts++
    }
  }

  async function begin(spawned: SpawnedChild<Remote>): Promise<WeirError | undefined> {
    try {
      await options.begin(spawned.channel, spawned.pid)
      become({ kind: 'ready', pid: spawned.pid, since: Date.now() })
      return undefined
    } catch (thrown) {
      spawned.kill()
      return asWeirError(thrown)
    }
  }

  const isStopped = (): boolean => state.kind === 'stopped'

  return {
    name,
    get state() {
      return state
    },
    get channel() {
      return state.kind === 'ready' ? process?.channel : undefined
    },
    get pid() {
      return state.kind === 'ready' ? state.pid : undefined
    },
    get restarts() {
      return restarts
    },
    async ready(timeoutMs = readyTimeoutMs) {
      if (state.kind === 'idle') loop = run()
      const deadline = performance.now() + timeoutMs
      while (state.kind !== 'ready') {
        const left = deadline - performance.now()
        if (state.kind === 'failed' || state.kind === 'stopped' || left <= 0) throw notReady(name, state)
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            clearTimeout(timer)
            waiters.delete(wake)
            resolve()
          }
          const timer = setTimeout(wake, left)
          waiters.add(wake)
        })
      }
      return process!.channel
    },
    end(reason) {
      endedFor = reason
      process?.kill()
    },
    async rest(deadlineMs) {
      const spawned = process
      if (state.kind !== 'ready' || !spawned) return
      rested.add(spawned)
      become({ kind: 'idle' })
      await stopProcess(spawned, deadlineMs)
    },
    async stop(deadlineMs) {
      const wasRunning = state.kind === 'ready'
      become({ kind: 'stopped' })
      ended.abort()
      if (process) await stopProcess(process, wasRunning ? deadlineMs : undefined)
      await loop
    },
    kill() {
      become({ kind: 'stopped' })
      ended.abort()
      process?.kill()
    },
  }
}

/** Without a deadline at once: there is nothing to finish. */
async function stopProcess<Remote extends Methods>(spawned: SpawnedChild<Remote>, deadlineMs?: number): Promise<void> {
  if (deadlineMs !== undefined)
    await spawned.channel
      .call('stop' as never, { deadlineMs } as never, { timeoutMs: deadlineMs + 1000 })
      .catch(() => undefined)
  const timer = setTimeout(() => spawned.kill(), deadlineMs === undefined ? 0 : 2000)
  await spawned.exited
  clearTimeout(timer)
}

function notReady(name: string, state: ChildState): WeirError {
  const why = 'reason' in state ? state.reason : `it is ${state.kind}`
  return new WeirError('WEIR-2005', `${name} is not running: ${why}. See weir logs ${name}`)
}
