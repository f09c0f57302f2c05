import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { TransactionLog, TransactionTable } from './transaction-table.ts'
import type { Transaction } from './transaction.ts'

/** What the coordinator is given instead of reaching for it. */
export interface CoordinatorPorts {
  readonly table: TransactionTable
  readonly log: TransactionLog
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
  /** Given to nobody before. */
  freshProducerId(): Promise<number>
  /** Ends the transaction in all its partitions and groups, and takes as long as it needs: true when that is durable, false at a stop. */
  writeMarkers(transaction: Transaction): Promise<boolean>
  /** Resolves after so many milliseconds, or when the coordinator closes. */
  pause(ms: number): Promise<void>
}
