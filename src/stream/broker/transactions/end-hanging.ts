import type { Logger } from '../../../kernel/logger.ts'
import type { Groups } from '../groups/groups.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { Coordinator } from './coordinator.ts'
import { isPrepared, type Transaction, type TransactionPartition } from './transaction.ts'

export interface HangingPorts {
  readonly topics: Pick<TopicStore, 'all'>
  readonly groups: Pick<Groups, 'offsets'>
  readonly coordinator: Pick<Coordinator, 'all'>
  readonly logger: Logger
}

/**
 * Ends what is open in a partition or a group and has no coordinator that would end it (INV-X6): its marker lay in a damaged place, or
 * a backup was taken between the two. One pass over what is open. The coordinator knows of a transaction before its first batch is
 * placed, and until all its markers are: so what it does not know, asked in the moment in which the end is placed, hangs.
 */
export async function endHanging({ topics, groups, coordinator, logger }: HangingPorts): Promise<void> {
  for (const { id, partitions } of topics.all())
    for (const [index, { opened }] of partitions.entries())
      if (opened?.transactions.hasOpen) await endIn(opened, { topicId: id, partition: index }, coordinator, logger)
  for (const { group, producerId } of groups.offsets.pendingTransactions()) {
    if (willEnd(coordinator, producerId, (transaction) => transaction.groups.includes(group))) continue
    logger.warn({ group, producerId }, 'offsets of a transaction that nobody knows are dropped')
    await groups.offsets.endTransaction(group, producerId, false)
  }
}

async function endIn(
  { transactions }: PartitionLog,
  { topicId, partition }: Pick<TransactionPartition, 'topicId' | 'partition'>,
  coordinator: Coordinators,
  logger: Logger,
): Promise<void> {
  const isThis = (other: TransactionPartition): boolean => other.topicId === topicId && other.partition === partition
  for (const [producerId, { epoch, transactionStart }] of transactions.producers()) {
    if (transactionStart === undefined) continue
    if (willEnd(coordinator, producerId, ({ partitions }) => partitions.some(isThis))) continue
    const isCommit = wasCommitted(coordinator, producerId, epoch)
    logger.warn(
      { producerId, epoch, offset: transactionStart, isCommit },
      'a transaction that nobody would end is ended',
    )
    await transactions.end({ producerId, producerEpoch: epoch, isCommit, coordinatorEpoch: 0, version: 0 })
  }
}

type Coordinators = HangingPorts['coordinator']

/** A transaction of the producer elsewhere ends nothing here, however often there is one. */
function willEnd(
  coordinator: Coordinators,
  producerId: number,
  isHere: (transaction: Transaction) => boolean,
): boolean {
  return coordinator
    .all()
    .some(
      (known) => known.producerId === producerId && (known.state === 'Ongoing' || isPrepared(known)) && isHere(known),
    )
}

/** Whether that is the last that was decided of this producer and epoch. */
function wasCommitted(coordinator: Coordinators, producerId: number, epoch: number): boolean {
  return coordinator
    .all()
    .some(({ state, version, ...known }) =>
      state !== 'CompleteCommit'
        ? false
        : version === 0
          ? known.producerId === producerId && known.epoch === epoch
          : known.previousProducerId === producerId && known.lastEpoch === epoch,
    )
}
