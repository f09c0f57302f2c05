import type { Logger } from '../../kernel/logger.ts'
import type { LogChildConfig, LogHost, LogMethods } from '../children/child-methods.ts'
import { keepChild, type KeptChild } from './kept-child.ts'
import type { ProcessLogs } from './process-logs.ts'

export type LogStatus = Readonly<Record<string, unknown>>
export type LogProcess = KeptChild<LogMethods<LogStatus>>

/** The log; it is given its port once and keeps it through restarts, so that clients find it again. */
export function runLog(config: LogChildConfig, local: LogHost, logs: ProcessLogs, logger: Logger): LogProcess {
  return keepChild({
    name: 'log',
    program: 'log',
    onLine: logs.collect('log'),
    logger,
    local,
    begin: async (channel) => void (await channel.call('start', config, { timeoutMs: startTimeoutMs })),
  })
}

/** Recovery reads the last segments of every partition. */
const startTimeoutMs = 120_000
