import type { Logger } from '../../../kernel/logger.ts'
import type { TableIdent } from '../../../lake/catalog/pointer-store.ts'
import type { TablePlace } from '../../children/child-methods.ts'
import type { OperatorProcess } from '../operator-process.ts'

export interface DeltaCheckpoints {
  /** Soon, and once for all that comes for a table meanwhile. */
  due(table: TableIdent): void
  /** Begins no other. */
  stop(): void
}

interface CheckpointsOptions {
  readonly operator: OperatorProcess
  readonly catalogPlace: Omit<TablePlace, 'namespace' | 'name'>
  readonly logger: Logger
}

/** Reading a long log takes a while. */
const timeoutMs = 600_000

/**
 * Has the operator write checkpoints of Delta logs, one table after the other. One that fails is written when the next is due: without it readers
 * only read more files.
 */
export function deltaCheckpoints({ operator, catalogPlace, logger }: CheckpointsOptions): DeltaCheckpoints {
  const waiting = new Map<string, TableIdent>()
  let atWork = false
  let stopped = false

  async function work(): Promise<void> {
    atWork = true
    for (const [key, table] of waiting) {
      if (stopped) break
      waiting.delete(key)
      const { namespace, name } = table
      try {
        const place = { namespace: namespace.join('.'), name, ...catalogPlace }
        const written = await operator.use((channel) => channel.call('checkpoint', place, { timeoutMs }))
        if (written) logger.info({ table: key, version: written.version }, 'checkpoint of a Delta table written')
      } catch (error) {
        if (!stopped) logger.warn({ err: error, table: key }, 'a checkpoint of a Delta table was not written')
      }
    }
    atWork = false
  }

  return {
    due(table) {
      // SQL and other engines have namespaces of one level; deeper ones are other clients' to look after.
      if (stopped || table.namespace.length !== 1) return
      waiting.set([...table.namespace, table.name].join('.'), table)
      if (!atWork) void work()
    },
    stop() {
      stopped = true
    },
  }
}
