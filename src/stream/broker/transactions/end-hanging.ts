import type { Logger } from '../../../kernel/logger.ts'
import type { Groups } from '../groups/groups.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { Coordinator } from './coordinator.ts'
import type { Transaction } from './transaction.ts'

export interface HangingPorts {
  readonly topics: Pick<TopicStore, 'all'>
  readonly groups: Pick<Groups, 'offsets'>
  readonly coordinator: Pick<Coordinator, 'all'>
  readonly logger: Logger
}

/**
 * Ends what is open in a partition or a group and has no coordinator that would end it (INV-X6): its marker lay in a damaged place, or
 * a backup was taken between the two. One pass over what is open. The coordinator learns of the end of a transaction only when all its
 * markers are written, so what it does not know is never one that is being ended.
 */
export async function endHanging({ topics, groups, coordinator, logger }: HangingPorts): Promise<void> {
  const logs = topics.all().flatMap(({ partitions }) => partitions.flatMap(({ opened }) => opened ?? []))
  const open = logs.filter(({ transactions }) => transactions.hasOpen)
  const pending = groups.offsets.pendingTransactions()
  if (open.length + pending.length === 0) return
  const known = knownProducers(coordinator.all())
  for (const log of open) await endIn(log, known, logger)
  for (const { group, producerId } of pending) {
    if (known.running.has(producerId)) continue
    logger.warn({ group, producerId }, 'offsets of a transaction that nobody knows are dropped')
    await groups.offsets.endTransaction(group, producerId, false)
  }
}

interface KnownProducers {
  readonly running: ReadonlySet<number>
  /** The last transactions that were committed, by producer and epoch. */
  readonly committed: ReadonlySet<string>
}

function knownProducers(transactions: readonly Transaction[]): KnownProducers {
  const isRunning = ({ state }: Transaction): boolean =>
    state === 'Ongoing' || state === 'PrepareCommit' || state === 'PrepareAbort'
  const committed = transactions
    .filter(({ state }) => state === 'CompleteCommit')
    .map(({ version, producerId, previousProducerId, epoch, lastEpoch }) =>
      version === 0 ? `${producerId}/${epoch}` : `${previousProducerId}/${lastEpoch}`,
    )
  return {
    running: new Set(transactions.filter(isRunning).map(({ producerId }) => producerId)),
    committed: new Set(committed),
  }
}

async function endIn({ transactions }: PartitionLog, known: KnownProducers, logger: Logger): Promise<void> {
  for (const [producerId, { epoch, transactionStart }] of transactions.producers()) {
    if (transactionStart === undefined || known.running.has(producerId)) continue
    const isCommit = known.committed.has(`${producerId}/${epoch}`)
    logger.warn(
      { producerId, epoch, offset: transactionStart, isCommit },
      'a transaction that nobody would end is ended',
    )
    await transactions.end({ producerId, producerEpoch: epoch, isCommit, coordinatorEpoch: 0, version: 0 })
  }
}
