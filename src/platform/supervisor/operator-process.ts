import type { Logger } from '../../kernel/logger.ts'
import type { OperatorConfig, OperatorHost, OperatorMethods } from '../children/child-methods.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import type { ProcessLogs } from './process-logs.ts'

export interface OperatorProcess {
  readonly child: KeptChild<OperatorMethods>
  /** Hears of one job while `work` runs. */
  withProgress<Result>(
    progress: (done: number, total: number) => void,
    work: (job: number) => Promise<Result>,
  ): Promise<Result>
}

/** What people ask of deliveries, in a process of its own: counting a table takes memory and time that the supervisor has not. */
export function runOperator(config: OperatorConfig, logs: ProcessLogs, logger: Logger): OperatorProcess {
  const listeners = new Map<number, (done: number, total: number) => void>()
  let lastJob = 0
  const local: OperatorHost = {
    progress({ job, done, total }) {
      listeners.get(job)?.(done, total)
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
    async withProgress(progress, work) {
      const job = ++lastJob
      listeners.set(job, progress)
      try {
        return await work(job)
      } finally {
        listeners.delete(job)
      }
    },
  }
}
