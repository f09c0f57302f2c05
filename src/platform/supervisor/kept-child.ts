import type { Channel, Methods } from '../../kernel/channel.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { childLives, type ChildLivesOptions } from './child-lives.ts'
import { childStateCell, type ChildState } from './child-state.ts'
import type { SpawnedChild } from './spawn-child.ts'

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

const readyTimeoutMs = 15_000

export function keepChild<Remote extends Methods>(options: ChildLivesOptions<Remote>): KeptChild<Remote> {
  const { name } = options
  const state = childStateCell()
  const lives = childLives(options, state)
  let running: Promise<void> | undefined

  async function ready(timeoutMs = readyTimeoutMs): Promise<Channel<Remote>> {
    if (state.now.kind === 'idle') running = lives.run()
    const deadline = performance.now() + timeoutMs
    while (state.now.kind !== 'ready') {
      const leftMs = deadline - performance.now()
      if (state.now.kind === 'failed' || state.now.kind === 'stopped' || leftMs <= 0) throw notReady(name, state.now)
      await state.changed(leftMs)
    }
    return lives.current!.channel
  }

  return {
    name,
    get state() {
      return state.now
    },
    get channel() {
      return state.now.kind === 'ready' ? lives.current?.channel : undefined
    },
    get pid() {
      return state.now.kind === 'ready' ? state.now.pid : undefined
    },
    get restarts() {
      return lives.restarts
    },
    ready,
    end: (reason) => lives.end(reason),
    async rest(deadlineMs) {
      if (state.now.kind !== 'ready') return
      lives.letRest()
      state.become({ kind: 'idle' })
      await stopProcess(lives.current!, deadlineMs)
    },
    async stop(deadlineMs) {
      const wasRunning = state.now.kind === 'ready'
      state.become({ kind: 'stopped' })
      lives.close()
      if (lives.current) await stopProcess(lives.current, wasRunning ? deadlineMs : undefined)
      await running
    },
    kill() {
      state.become({ kind: 'stopped' })
      lives.close()
      lives.current?.kill()
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
