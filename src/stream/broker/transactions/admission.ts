import { KafkaRefusal } from '../kafka-refusal.ts'
import type { CheckedBatch } from '../storage/checked-batch.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { Partition } from '../topics/partition.ts'
import type { Coordinator, Outcome } from './coordinator.ts'
import { joinAdditions, type WriteClaim } from './joined-additions.ts'
import type { TransactionError, TransactionPartition } from './transaction.ts'

/** How a client speaks of transactions, by the version of its request. */
export interface Dialect {
  /** The request itself adds what it writes to (KIP-890): Produce 12, TxnOffsetCommit 5. */
  readonly adds: boolean
  /** It knows TRANSACTION_ABORTABLE. */
  readonly knowsAbortable: boolean
}

/** What may be written as a part of a transaction: that which its coordinator knows of, so that no transaction is left hanging. */
export interface Admission {
  /**
   * Places the batches of one producer in the partition; those of several calls in the order of the calls. The first of them
   * is transactional. Resolves as the appends have come out; throws or rejects with KafkaRefusal when none may be placed.
   */
  append(
    transactionalId: string | null,
    batches: readonly CheckedBatch[],
    place: TransactionPartition,
    partition: Pick<Partition, 'log' | 'opened'>,
    dialect: Dialect,
  ): Promise<Appended>
  /** Runs `commit` in the moment in which offsets of the group may be written; rejects with KafkaRefusal when they may not. */
  commitOffsets(claim: WriteClaim, group: string, dialect: Dialect, commit: () => Promise<void>): Promise<void>
}

type Appended = PromiseSettledResult<number>[]

export function createAdmission(coordinator: Pick<Coordinator, 'verify' | 'add'>): Admission {
  const waiting = new Map<string, Promise<unknown>>()

  const addPartition = joinAdditions(coordinator)

  async function added(adding: Promise<Outcome>, claim: WriteClaim, dialect: Dialect): Promise<void> {
    const outcome = await adding
    if ('error' in outcome) throw writeRefusal(outcome.error, claim, dialect)
  }

  function verify(claim: WriteClaim, wanted: TransactionPartition | string, dialect: Dialect): void {
    const error = coordinator.verify(claim.transactionalId, claim, wanted)
    if (error) throw writeRefusal(error, claim, dialect)
  }

  /** One after the other, also when the first waits for the disk and the second would not have to. */
  function inOrder<T>(key: string, admit: () => Promise<T>): Promise<T> {
    const before = waiting.get(key)
    const admitted = before ? before.then(admit, admit) : admit()
    waiting.set(key, admitted)
    const leave = (): void => {
      if (waiting.get(key) === admitted) waiting.delete(key)
    }
    admitted.then(leave, leave)
    return admitted
  }

  return {
    append(transactionalId, batches, place, partition, dialect) {
      if (transactionalId === null || transactionalId === '')
        throw new KafkaRefusal('INVALID_TXN_STATE', 'a transactional batch in a request without a transactional id')
      const { producerId, producerEpoch: epoch, baseSequence } = batches[0]!.header
      const key = `${producerId}/${place.partition}/${place.topicId}`
      const mayEnter = ({ transactions }: PartitionLog): boolean => transactions.isOpen(producerId, epoch)
      const placed = (log: PartitionLog): { readonly done: Promise<Appended> } => ({
        done: Promise.allSettled(batches.map((batch) => log.append(batch))),
      })
      const opening = partition.log()
      const log = waiting.has(key) ? undefined : partition.opened
      if (log && mayEnter(log)) return placed(log).done
      const claim = { transactionalId, producerId, epoch }
      return inOrder(key, async () => {
        const opened = await opening
        if (mayEnter(opened)) return placed(opened)
        if (dialect.adds) {
          mustBegin(opened, producerId, baseSequence)
          await added(addPartition(claim, place), claim, dialect)
        }
        // In one turn with the placing: no marker comes between.
        verify(claim, place, dialect)
        return placed(opened)
      }).then(({ done }) => done)
    },
    async commitOffsets(claim, group, dialect, commit) {
      const addition = { partitions: [], groups: [group] }
      if (dialect.adds) await added(coordinator.add(claim.transactionalId, claim, addition, 2), claim, dialect)
      // In one turn with the commit, as above.
      verify(claim, group, dialect)
      await commit()
    },
  }
}

/** With epochs of their own, transactions begin with the first sequence. */
function mustBegin({ transactions }: PartitionLog, producerId: number, baseSequence: number): void {
  if (baseSequence === 0 || transactions.knows(producerId)) return
  throw new KafkaRefusal(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `producer ${producerId} began a transaction with sequence ${baseSequence}, where 0 is due`,
  )
}

/** As Kafka answers producers: what the coordinator says, in the words that each version knows. */
function writeRefusal(error: TransactionError, claim: WriteClaim, { adds, knowsAbortable }: Dialect): KafkaRefusal {
  const { transactionalId, producerId, epoch } = claim
  const who = `producer ${producerId} with epoch ${epoch} of transactional id "${transactionalId}"`
  if (error === 'PRODUCER_FENCED') return new KafkaRefusal('INVALID_PRODUCER_EPOCH', `${who} is fenced`)
  if (error === 'TRANSACTION_ABORTABLE')
    return new KafkaRefusal(
      knowsAbortable ? 'TRANSACTION_ABORTABLE' : 'INVALID_TXN_STATE',
      `${who} writes to what was not added to its transaction`,
    )
  // Older clients do not try again after CONCURRENT_TRANSACTIONS; this one costs them no search for a leader.
  if (error === 'CONCURRENT_TRANSACTIONS' && !adds)
    return new KafkaRefusal('NOT_ENOUGH_REPLICAS', `the last transaction of ${who} is being ended`)
  return new KafkaRefusal(error, `${error}: ${who}`)
}
