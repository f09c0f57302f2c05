import type { Channel } from '../../kernel/channel.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { CompactedGroup } from '../../lake/maintenance/compaction/compact-table.ts'
import type { OperatorConfig, OperatorHost, OperatorMethods } from '../children/child-methods.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import { watchedAs, type WatchedProcess } from './memory-watch.ts'
import type { ProcessLogs } from './process-logs.ts'

export interface OperatorProcess {
  readonly child: KeptChild<OperatorMethods>
  readonly watched: readonly WatchedProcess[]
  /** Starts it if need be; it is given back when nobody has used it for a minute. `hears` is told of this job while it runs. */
  use<Result>(
    work: (channel: Channel<OperatorMethods>, job: number) => Promise<Result>,
    hears?: JobListener,
  ): Promise<Result>
}

export interface JobListener {
  readonly progress?: (done: number, total: number) => void
  readonly compacted?: (group: CompactedGroup) => void
}

const idleMs = 60_000

/** What people ask of deliveries, in a process of its own: counting a table takes memory and time that the supervisor has not. */
export function runOperator(
  config: OperatorConfig,
  memory: MemoryHost,
  memoryBytesMax: number,
  logs: ProcessLogs,
  logger: Logger,
): OperatorProcess {
  const listeners = new Map<number, JobListener>()
  let lastJob = 0
  let running = 0
  let resting: NodeJS.Timeout | undefined
  const local: OperatorHost = {
    ...memory,
    progress({ job, done, total }) {
      listeners.get(job)?.progress?.(done, total)
      return null
    },
    compacted({ job, group }) {
      listeners.get(job)?.compacted?.(group)
      return null
    },
  }
  const child = keepChild<OperatorMethods>({
    name: 'operator',
    program: 'operator',
    onLine: logs.collect('operator'),
    logger,
    local,
    begin: async (channel) => void (await channel.call('start', config)),
  })
  return {
    child,
    get watched() {
      return watchedAs(child, memoryBytesMax)
    },
    async use(work, hears) {
      const job = ++lastJob
      if (hears) listeners.set(job, hears)
      clearTimeout(resting)
      running++
      try {
        return await work(await child.ready(), job)
      } finally {
        listeners.delete(job)
        if (--running === 0) resting = setTimeout(() => void child.rest(1000), idleMs).unref()
      }
    },
  }
}
