import { batchField, placeBatch } from '../../protocol/records/batch-header.ts'
import type { OpenFile } from '../../../kernel/files/files.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { CheckedBatch } from './check-batches.ts'
import { saveIndex } from './index-file.ts'
import { leaderEpoch, sharedSyncEpoch } from './leader-epoch.ts'
import { activeSegment, type PartitionState, type StorageServices } from './partition-state.ts'
import { createSegment, type Segment } from './segment.ts'
import { writeJson } from './small-file.ts'

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

interface Waiting {
  readonly batch: CheckedBatch
  readonly baseOffset: number
  resolve(baseOffset: number): void
  reject(error: Error): void
}

const roundBytesMax = 32 * 1024 * 1024
/** Small buffers are put together for one write; a call to the kernel costs more than a copy of this size. */
const joinedBytesMax = 65_536

export function createWriter(
  state: PartitionState,
  services: StorageServices,
  options: { segmentBytes(): number; onDurable(): void },
): PartitionWriter {
  const { files, clock, logger } = services
  let queue: Waiting[] = []
  let turn: Promise<void> = Promise.resolve()
  let working = false
  let rollWanted = false

  async function work(): Promise<void> {
    while (queue.length > 0 || rollWanted) {
      const round = rollWanted ? [] : takeRound()
      try {
        if (state.broken) await beginAnew()
        const bytes = round.reduce((sum, { batch }) => sum + batch.bytes.length, 0)
        const { size } = activeSegment(state)
        if (size > 0 && (rollWanted || size + bytes > options.segmentBytes())) await seal()
        rollWanted = false
        if (round.length > 0) await store(round)
      } catch (error) {
        rollWanted = false
        fail(round, error as Error)
      }
    }
    // In the same breath as the last look at the queue: what is appended from now on begins another turn.
    working = false
  }

  function takeRound(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < queue.length && (count === 0 || bytes + queue[count]!.batch.bytes.length <= roundBytesMax))
      bytes += queue[count++]!.batch.bytes.length
    return queue.splice(0, count)
  }

  async function store(round: readonly Waiting[]): Promise<void> {
    const segment = activeSegment(state)
    for (const { batch } of round.slice(1)) batch.bytes.writeInt32BE(sharedSyncEpoch, batchField.leaderEpoch)
    await state.file.write(joined(round.map(({ batch }) => batch.bytes)), segment.size)
    const started = clock.monotonic()
    await state.file.sync()
    services.onSync?.((clock.monotonic() - started) / 1000)
    for (const { batch, baseOffset } of round) {
      segment.index.add(baseOffset, segment.size, batch.header.maxTimestamp)
      segment.size += batch.bytes.length
      segment.endOffset = baseOffset + batch.header.lastOffsetDelta + 1
    }
    state.endOffset = segment.endOffset
    for (const waiting of round) waiting.resolve(waiting.baseOffset)
    options.onDurable()
  }

  /** A sync that failed is never repeated: the file ends at the last good one, and what came since is taken back. */
  function fail(round: readonly Waiting[], error: Error): void {
    if (!state.broken)
      logger.error(
        { err: error, partition: state.name },
        'cannot write to the log; producers are told, and the next batch tries a new segment',
      )
    state.broken = error
    const refused = [...round, ...queue]
    queue = []
    state.nextOffset = state.endOffset
    state.producers.forget(state.endOffset)
    for (const waiting of refused) waiting.reject(storageRefusal(state.name, error))
  }

  async function beginAnew(): Promise<void> {
    const old = activeSegment(state)
    // Best effort: recovery cuts off what lies beyond the next segment's base.
    await state.file.truncate(old.size).catch(() => undefined)
    const fresh = await createSegment(files, state.folder, state.endOffset)
    if (old.size === 0) state.segments.pop()
    await goOnIn(fresh)
    state.broken = undefined
    logger.info({ partition: state.name, offset: state.endOffset }, 'the log takes records again')
  }

  async function seal(): Promise<void> {
    await saveIndex(files, activeSegment(state))
    await writeJson(files, `${state.folder}/producers.json`, state.producers.snapshot(state.endOffset))
    await goOnIn(await createSegment(files, state.folder, state.endOffset))
  }

  async function goOnIn({ segment, file }: { readonly segment: Segment; readonly file: OpenFile }): Promise<void> {
    const old = state.file
    state.segments.push(segment)
    state.file = file
    // All of it that counts was synced.
    await old.close().catch(() => undefined)
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
      const baseOffset = state.nextOffset
      placeBatch(batch.bytes, 0, baseOffset, leaderEpoch)
      state.producers.placed(batch.header, baseOffset, state.endOffset)
      state.nextOffset = baseOffset + batch.header.lastOffsetDelta + 1
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

function joined(buffers: Buffer[]): Buffer[] {
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
  return buffers.length > 1 && bytes / buffers.length <= joinedBytesMax ? [Buffer.concat(buffers, bytes)] : buffers
}

export function storageRefusal(name: string, error: NodeJS.ErrnoException): KafkaRefusal {
  return new KafkaRefusal(
    'KAFKA_STORAGE_ERROR',
    error.code === 'ENOSPC'
      ? `${name}: the disk is full; make room, and the log goes on by itself`
      : `${name}: writing to the log failed (${error.message}); nothing of this request was stored`,
  )
}
