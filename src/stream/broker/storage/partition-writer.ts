import { isDiskFull } from '../../../kernel/files/file-error.ts'
import { setImmediate as turnEnd } from 'node:timers/promises'
import { placeBatch } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { leaveBrokenSegment, publishBatches, sealSegment, writeBatches, type PlacedBatch } from './active-segment.ts'
import type { CheckedBatch } from './checked-batch.ts'
import { currentEpoch } from './leader-epochs.ts'
import { activeSegment, type PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'

/** The partition's one writer. */
export interface PartitionWriter {
  /**
   * Gives the batch its offsets at once, in the order of calls; resolves with the base offset when it is durable, and all
   * before it. What comes while a sync runs shares the next one. Rejects with KafkaRefusal; then the batch is not in the log.
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

/** A round that is being written and synced. */
interface Write {
  readonly round: readonly Waiting[]
  readonly bytes: number
  readonly ended: Promise<{ readonly error?: Error }>
}

/** So many writes run at once, so that the disk has the next ones while it syncs the first; more gain nothing. */
const writesMax = 3
/** What waits is spread over the writes that may begin, in parts of so much at least, and at most. */
const roundBytesMin = 1024 * 1024
const roundBytesMax = 32 * 1024 * 1024
/**
 * Then a write waits until it is alone, for its epoch to prove all before it: of what was written since the last one that was
 * alone, a start cannot tell damage from a torn tail.
 */
const unprovenBytesMax = 16 * 1024 * 1024

export function createWriter(state: PartitionState, services: StorageServices, onDurable: () => void): PartitionWriter {
  let queue: Waiting[] = []
  /** In the order of their places in the file. They end in any order, and count in this one. */
  let writes: Write[] = []
  /** Of the last write that was alone when it began, and of those since. */
  let unprovenBytes = 0
  let turn: Promise<void> = Promise.resolve()
  let working = false
  let rollWanted = false
  let arrival = Promise.withResolvers<undefined>()

  async function work(): Promise<void> {
    // Whatever this turn of the event loop reads from sockets shares the first sync too.
    await turnEnd()
    while (queue.length > 0 || rollWanted || writes.length > 0) {
      if (writes.length === 0) await beginAlone()
      else if (mayOverlap()) begin(queue.splice(0, nextRound()))
      else await nextEvent()
    }
    // In the same breath as the last look at the queue: what is appended from now on begins another turn.
    working = false
  }

  async function beginAlone(): Promise<void> {
    const round = rollWanted ? [] : queue.splice(0, nextRound())
    try {
      await makeRoom(round)
    } catch (error) {
      return fail(round, error as Error)
    }
    unprovenBytes = 0
    if (round.length > 0) begin(round)
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

  /** How many of those that wait are written together: one at least. */
  function nextRound(): number {
    const share = bytesIn(queue) / (writesMax - writes.length)
    const bytesMax = Math.min(Math.max(share, roundBytesMin), roundBytesMax)
    let bytes = 0
    let count = 0
    while (count < queue.length && (count === 0 || bytes + queue[count]!.batch.bytes.length <= bytesMax))
      bytes += queue[count++]!.batch.bytes.length
    return count
  }

  /** Small writes wait for the sync before them and share one. The first write to a file is alone: it may have more to do. */
  function mayOverlap(): boolean {
    if (writes.length >= writesMax || rollWanted || bytesIn(queue) < services.overlapBytesMin) return false
    const bytes = bytesIn(queue.slice(0, nextRound()))
    const { size } = activeSegment(state)
    return (
      unprovenBytes + bytes <= unprovenBytesMax &&
      size > 0 &&
      size + bytesOf(writes) + bytes <= state.settings.segmentBytes()
    )
  }

  function begin(round: readonly Waiting[]): void {
    const bytes = bytesIn(round)
    const place = { position: activeSegment(state).size + bytesOf(writes), isAlone: writes.length === 0 }
    const ended = writeBatches(state, services, round, place).then(
      () => ({}),
      (error: Error) => ({ error }),
    )
    writes.push({ round, bytes, ended })
    unprovenBytes += bytes
  }

  /** The first write has ended, or something came that may be written beside it. */
  async function nextEvent(): Promise<void> {
    arrival = Promise.withResolvers()
    const { round, ended } = writes[0]!
    const outcome = await Promise.race([ended, arrival.promise])
    if (!outcome) return
    if (outcome.error) return failAll(outcome.error)
    writes.shift()
    publishBatches(state, services, round)
    for (const waiting of round) waiting.resolve(waiting.baseOffset)
    onDurable()
  }

  /** Those that run beside it too, for there would be a hole before them; nothing is written to the file any more. */
  async function failAll(error: Error): Promise<void> {
    await Promise.all(writes.map(({ ended }) => ended))
    const rounds = writes.flatMap(({ round }) => round)
    writes = []
    fail(rounds, error)
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
    arrival.resolve(undefined)
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

function bytesIn(round: readonly PlacedBatch[]): number {
  return round.reduce((sum, { batch }) => sum + batch.bytes.length, 0)
}

function bytesOf(writes: readonly Write[]): number {
  return writes.reduce((sum, { bytes }) => sum + bytes, 0)
}

export function storageRefusal(name: string, error: NodeJS.ErrnoException): KafkaRefusal {
  return new KafkaRefusal(
    'KAFKA_STORAGE_ERROR',
    isDiskFull(error)
      ? `${name}: the disk is full; make room, and the log goes on by itself`
      : `${name}: writing to the log failed (${error.message}); nothing of this request was stored`,
  )
}
