import { setImmediate as turnEnd } from 'node:timers/promises'
import { placeBatch } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { leaveBrokenSegment, sealSegment, storeBatches, type PlacedBatch } from './active-segment.ts'
import type { CheckedBatch } from './checked-batch.ts'
import { currentEpoch } from './leader-epochs.ts'
import { activeSegment, type PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'

/** The partition's one writer. */
export interface PartitionWriter {
  /**
   * Gives the batch its offsets at once, in the order of calls; resolves with the base offset when it is durable. What comes
   * while a sync runs shares the next one. Rejects with KafkaRefusal; then the batch is not in the log.
   */
  append(batch: CheckedBatch): Promise<number>
  /** Resolves when all that was appended so far is durable, or has failed. */
  settled(): Promise<void>
  /** Begins a new segment unless the active one is empty. */
  roll(): Promise<void>
}

interface Waiting extends PlacedBatch {
  resolve(baseOffset: number): void
  reject(error: Error): void
}

const roundBytesMax = 32 * 1024 * 1024

export function createWriter(state: PartitionState, services: StorageServices, onDurable: () => void): PartitionWriter {
  let queue: Waiting[] = []
  let turn: Promise<void> = Promise.resolve()
  let working = false
  let rollWanted = false

  async function work(): Promise<void> {
    // Whatever this turn of the event loop reads from sockets shares the first sync too.
    await turnEnd()
    while (queue.length > 0 || rollWanted) {
      const round = rollWanted ? [] : takeRound(queue)
      try {
        await makeRoom(round)
        if (round.length > 0) await store(round)
      } catch (error) {
        fail(round, error as Error)
      }
    }
    // In the same breath as the last look at the queue: what is appended from now on begins another turn.
    working = false
  }

  async function makeRoom(round: readonly Waiting[]): Promise<void> {
    const isWanted = rollWanted
    rollWanted = false
    if (state.broken) await leaveBrokenSegment(state, services)
    const { size, index } = activeSegment(state)
    const { settings } = state
    const isFull = size + bytesIn(round) > settings.segmentBytes() || index!.byteLength > settings.indexBytesMax()
    if (size > 0 && (isWanted || isFull)) await sealSegment(state, services)
  }

  async function store(round: readonly Waiting[]): Promise<void> {
    await storeBatches(state, services, round)
    for (const waiting of round) waiting.resolve(waiting.baseOffset)
    onDurable()
  }

  /** A sync that failed is never repeated: the file ends at the last good one, and what came since is taken back. */
  function fail(round: readonly Waiting[], error: Error): void {
    if (!state.broken)
      services.logger.error(
        { err: error, partition: state.name },
        'cannot write to the log; producers are told, and the next batch tries a new segment',
      )
    state.broken = error
    const refused = [...round, ...queue]
    queue = []
    state.nextOffset = state.endOffset
    state.producers.forget()
    for (const waiting of refused) waiting.reject(storageRefusal(state.name, error))
  }

  function start(): Promise<void> {
    if (working) return turn
    working = true
    turn = work()
    return turn
  }

  return {
    append(batch) {
      if (state.closed) return Promise.reject(new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `${state.name} is closed`))
      const baseOffset = place(state, batch, services.clock.now())
      return new Promise((resolve, reject) => {
        queue.push({ batch, baseOffset, resolve, reject })
        void start()
      })
    },
    settled: async () => {
      while (working) await turn
    },
    async roll() {
      rollWanted = true
      await start()
    },
  }
}

/** Gives the batch the next offsets; it counts as its producer's from now on. */
function place(state: PartitionState, { bytes, header }: CheckedBatch, now: number): number {
  const baseOffset = state.nextOffset
  placeBatch(bytes, 0, baseOffset, currentEpoch(state.epochs))
  state.producers.placed(header, baseOffset, () => bytes, now)
  state.nextOffset = baseOffset + header.lastOffsetDelta + 1
  return baseOffset
}

/** What is written and synced together: at least one batch, and no more than so many bytes. */
function takeRound(queue: Waiting[]): Waiting[] {
  let bytes = 0
  let count = 0
  while (count < queue.length && (count === 0 || bytes + queue[count]!.batch.bytes.length <= roundBytesMax))
    bytes += queue[count++]!.batch.bytes.length
  return queue.splice(0, count)
}

function bytesIn(round: readonly PlacedBatch[]): number {
  return round.reduce((sum, { batch }) => sum + batch.bytes.length, 0)
}

export function storageRefusal(name: string, error: NodeJS.ErrnoException): KafkaRefusal {
  return new KafkaRefusal(
    'KAFKA_STORAGE_ERROR',
    error.code === 'ENOSPC'
      ? `${name}: the disk is full; make room, and the log goes on by itself`
      : `${name}: writing to the log failed (${error.message}); nothing of this request was stored`,
  )
}
