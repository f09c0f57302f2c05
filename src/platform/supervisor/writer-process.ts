import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { CommitRequest } from '../../sql/engine-host.ts'
import { sqlError } from '../../sql/sql-error.ts'
import type { WriterConfig, WriterMethods } from '../children/child-methods.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import { watchedAs, type WatchedProcess } from './memory-watch.ts'
import type { ProcessLogs } from './process-logs.ts'

export interface WriterProcess {
  readonly child: KeptChild<WriterMethods>
  readonly watched: readonly WatchedProcess[]
  /** As `EngineHost.commit` promises it, also when the process is killed in the middle. */
  commit(request: CommitRequest): Promise<null>
}

const idleMs = 60_000
const commitTimeoutMs = 600_000
/** A commit that was sent before its process died has been answered by then: the catalog is in this process. */
const settleMs = 2000
const settleStepMs = 200

/** The process that commits what SQL statements write: started by the first of them, given back after a minute. */
export function runWriter(
  config: WriterConfig,
  memoryBytesMax: number,
  logs: ProcessLogs,
  logger: Logger,
): WriterProcess {
  let running = 0
  let resting: NodeJS.Timeout | undefined
  const child = keepChild<WriterMethods>({
    name: 'writer',
    program: 'writer',
    onLine: logs.collect('writer'),
    logger,
    begin: async (channel) => void (await channel.call('start', config)),
  })

  const used = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    clearTimeout(resting)
    running++
    try {
      return await work()
    } finally {
      if (--running === 0) resting = setTimeout(() => void child.rest(1000), idleMs).unref()
    }
  }
  /** Whether the commit of a process that is gone landed, by what the tables name. */
  const settled = async (request: CommitRequest): Promise<boolean> => {
    for (const until = performance.now() + settleMs; ; await pause(settleStepMs)) {
      if (await (await child.ready()).call('hasLanded', request)) return true
      if (performance.now() > until) return false
    }
  }
  return {
    child,
    get watched() {
      return watchedAs(child, memoryBytesMax)
    },
    commit: (request) =>
      used(async () => {
        const channel = await child.ready()
        try {
          return await channel.call('commit', request, { timeoutMs: commitTimeoutMs })
        } catch (error) {
          if (!isUnanswered(error)) throw error
          const landed = await settled(request).catch(() => undefined)
          if (landed === true) return null
          throw outcomeUnknown(request, error)
        }
      }),
  }
}

function isUnanswered(error: unknown): boolean {
  return ['WEIR-2002', 'WEIR-2004'].includes(asWeirError(error).code)
}

function outcomeUnknown({ tables }: CommitRequest, cause: unknown): Error {
  const names = tables.map(({ schema, name }) => `${schema}.${name}`).join(', ')
  return sqlError(
    'WEIR-6014',
    `the process that commits ended in the middle of it, and nothing of it is in ${names} now`,
    { sqlstate: '40003', hint: 'Look at the table before you run the statement again.' },
    cause,
  )
}
