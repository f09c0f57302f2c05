import type { CoordinatorPorts } from './coordinator-ports.ts'
import { isPrepared, type Transaction } from './transaction.ts'
import type { Transitions } from './transitions.ts'

/** Aborts transactions that take longer than their producers said. One pass. */
export async function abortTimedOut(
  { table, clock, logger }: CoordinatorPorts,
  transitions: Transitions,
): Promise<void> {
  const now = clock.now()
  const isLate = ({ state, startedAt, timeoutMs }: Transaction): boolean =>
    state === 'Ongoing' && startedAt + timeoutMs < now
  await Promise.all(
    table
      .all()
      .filter(isLate)
      .map(async (transaction) => {
        const { kind } = await transitions.abort(transaction)
        const { transactionalId, producerId, epoch, timeoutMs } = transaction
        if (kind === 'moves')
          logger.info({ transactionalId, producerId, epoch, timeoutMs }, 'a transaction took too long, and is aborted')
      }),
  )
}

/** Forgets ids without a transaction of which nothing was heard for so long. One pass. */
export async function expireIdle(
  { table, clock }: CoordinatorPorts,
  transitions: Transitions,
  idleMs: number,
): Promise<void> {
  const before = clock.now() - idleMs
  const isIdle = (transaction: Transaction): boolean =>
    transaction.state !== 'Ongoing' && !isPrepared(transaction) && transaction.updatedAt <= before
  for (const { transactionalId } of table.all().filter(isIdle)) await transitions.forget(transactionalId, isIdle)
}
