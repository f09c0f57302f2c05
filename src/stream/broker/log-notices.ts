import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'

/**
 * What a start found lost or damaged of the log's own state, beside the records of topics, and went on without. Logged when it is found, and
 * shown in `weir status` until the next start.
 */
export interface LogNotices {
  readonly all: readonly string[]
  add(found: WeirError): void
}

export function createLogNotices(logger: Logger): LogNotices {
  const all: string[] = []
  return {
    all,
    add({ code, message, details }) {
      logger.error({ ...details, code }, message)
      all.push(`${code} ${message}`)
    },
  }
}
