import type { Logger } from '../../../kernel/logger.ts'
import type { Groups } from '../groups/groups.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { Transaction, TransactionPartition } from './transaction.ts'

export interface MarkerPorts {
  readonly topics: Pick<TopicStore, 'byId'>
  readonly groups: Pick<Groups, 'offsets'>
  readonly logger: Logger
  /** Aborted when the log stops. */
  readonly stopped: AbortSignal
  pause(ms: number): Promise<void>
}

/** There is one coordinator, always the same. */
const coordinatorEpoch = 0
const pauseMs = { first: 50, max: 5000 }

/**
 * Ends a transaction in all its partitions and groups, side by side. A disk that is full is waited for; what was deleted needs
 * no end. True when all of it is durable, false when the log stops before that: the next start goes on.
 */
export async function writeMarkers(transaction: Transaction, ports: MarkerPorts): Promise<boolean> {
  const { producerId, epoch, version, state } = transaction
  const isCommit = state === 'PrepareCommit'
  const ending = { producerId, producerEpoch: epoch, isCommit, coordinatorEpoch, version }
  const partitions = transaction.partitions.map((place) =>
    untilWritten(nameOf(place), ports, async () => {
      const log = await ports.topics.byId(place.topicId)?.partitions[place.partition]?.log()
      await log?.transactions.end(ending)
    }),
  )
  const groups = transaction.groups.map((group) =>
    untilWritten(`group ${group}`, ports, () => ports.groups.offsets.endTransaction(group, producerId, isCommit)),
  )
  const written = await Promise.all([...partitions, ...groups])
  return written.every(Boolean)
}

async function untilWritten(where: string, ports: MarkerPorts, write: () => Promise<unknown>): Promise<boolean> {
  const { logger, stopped } = ports
  for (let waitMs = pauseMs.first; !stopped.aborted; waitMs = Math.min(waitMs * 2, pauseMs.max)) {
    try {
      await write()
      return true
    } catch (error) {
      // A newer producer has written there, or the partition is going: there is nothing left to end.
      if (error instanceof KafkaRefusal && isFinal(error)) {
        logger.warn({ where, reason: error.message }, 'a transaction needs no end here')
        return true
      }
      logger.warn({ where, err: error }, 'the end of a transaction cannot be written yet; it is tried again')
    }
    await ports.pause(waitMs)
  }
  return false
}

function isFinal({ errorName }: KafkaRefusal): boolean {
  return (
    errorName === 'INVALID_PRODUCER_EPOCH' ||
    errorName === 'TRANSACTION_COORDINATOR_FENCED' ||
    errorName === 'UNKNOWN_TOPIC_OR_PARTITION'
  )
}

function nameOf({ topic, partition }: TransactionPartition): string {
  return `${topic}-${partition}`
}
