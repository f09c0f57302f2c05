import { setTimeout as pause } from 'node:timers/promises'
import type { Channel, Methods } from '../../kernel/channel.ts'
import { asWeirError, type WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { ChildStateCell } from './child-state.ts'
import { restartDelayMs } from './restart-delay.ts'
import { spawnChild, type ChildExit, type ChildOptions, type SpawnChild, type SpawnedChild } from './spawn-child.ts'

export interface ChildLivesOptions<Remote extends Methods> extends ChildOptions {
  /** Calls `start` and whatever makes the child ready; asked anew for each process. */
  readonly begin: (channel: Channel<Remote>, pid: number) => Promise<void>
  /** Told after a process has gone without being asked to. */
  readonly onEnd?: (exit: ChildExit, pid: number) => void
  readonly logger: Logger
  /** As a process of our own without it. */
  readonly spawn?: SpawnChild
}

/** The processes of one child, one after the other: at once after an end, then with growing pauses. */
export interface ChildLives<Remote extends Methods> {
  /** The process of now. */
  readonly current: SpawnedChild<Remote> | undefined
  /** How often it was started again. */
  readonly restarts: number
  /** Starts it, and again after each end, until it is stopped or rests, or until it is hopeless. */
  run(): Promise<void>
  /** Ends the process of now, for this reason; another one follows. */
  end(reason?: string): void
  /** Nothing follows the process of now. */
  letRest(): void
  /** Nothing is started any more, and a pause ends. */
  close(): void
}

/** What cannot start because of its data or its settings will not start a second later either. */
const hopeless = new Set(['corrupt', 'invalid', 'conflict', 'unauthorized'])
/** Nor will what looks for a file that is not there, when it never ran; one that did may have lost its disk for a while. */
const hopelessAtFirst = new Set(['WEIR-7006', 'WEIR-8008'])
/** After so long a life the next failure is a first one again. */
const longLifeMs = 30_000

export function childLives<Remote extends Methods>(
  options: ChildLivesOptions<Remote>,
  state: ChildStateCell,
): ChildLives<Remote> {
  const { name, logger, spawn = spawnChild } = options
  let current: SpawnedChild<Remote> | undefined
  let restarts = 0
  let endedFor: string | undefined
  let wasReady = false
  const resting = new WeakSet<SpawnedChild<Remote>>()
  const closed = new AbortController()

  async function run(): Promise<void> {
    for (let failures = 0; !closed.signal.aborted; restarts++) {
      state.become({ kind: 'starting' })
      const process = (current = spawn<Remote>(options))
      const problem = await begin(process)
      const readyAt = performance.now()
      const exit = await process.exited
      if (closed.signal.aborted || resting.has(process)) return
      options.onEnd?.(exit, process.pid)
      if (problem && (hopeless.has(problem.kind) || (!wasReady && hopelessAtFirst.has(problem.code)))) {
        logger.error({ child: name, code: problem.code }, problem.message)
        return state.become({ kind: 'failed', reason: problem.message })
      }
      if (!problem && performance.now() - readyAt > longLifeMs) failures = 0
      wait(process, reasonOf(exit, problem))
      await pause(restartDelayMs(failures++), undefined, { signal: closed.signal }).catch(() => undefined)
    }
  }

  async function begin(process: SpawnedChild<Remote>): Promise<WeirError | undefined> {
    try {
      const { channel, pid } = process
      await options.begin(channel, pid)
      state.become({ kind: 'ready', pid, since: Date.now() })
      wasReady = true
      return undefined
    } catch (thrown) {
      process.kill()
      return asWeirError(thrown)
    }
  }

  function reasonOf({ code, signal }: ChildExit, problem: WeirError | undefined): string {
    const reason = endedFor ?? problem?.message ?? `it ended with ${signal ?? `exit code ${code}`}`
    endedFor = undefined
    return reason
  }

  function wait({ pid }: SpawnedChild<Remote>, reason: string): void {
    logger.error({ child: name, pid, reason }, `${name} ended and is started again`)
    state.become({ kind: 'waiting', reason })
  }

  return {
    get current() {
      return current
    },
    get restarts() {
      return restarts
    },
    run,
    end(reason) {
      endedFor = reason
      current?.kill()
    },
    letRest: () => void (current && resting.add(current)),
    close: () => closed.abort(),
  }
}
