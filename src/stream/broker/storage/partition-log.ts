import type { OffsetHole } from '../../offset-holes.ts'
import type { CheckedBatch } from './checked-batch.ts'
import { damagesOf, troubleOf } from './damage.ts'
import { saveIndex } from './index-file.ts'
import { currentEpoch, endOfEpoch, epochOf } from './leader-epochs.ts'
import { openPartition, type KnownPartition } from './open-partition.ts'
import { checkpointOf, type PartitionCheckpoint } from './partition-checkpoint.ts'
import { readBatches, type MemoryFor } from './partition-reader.ts'
import { activeSegment, settingsDefault, type PartitionSettings, type PartitionState } from './partition-state.ts'
import { createPartitionTransactions, type PartitionTransactions } from './partition-transactions.ts'
import { createUpkeep, type PartitionUpkeep } from './partition-upkeep.ts'
import type { StorageServices } from './storage-services.ts'
import { createWriter, storageRefusal } from './partition-writer.ts'
import { bytesOf } from './segment.ts'
import { writeJson } from './small-file.ts'
import { findByTime, findLatestTime, type TimedOffset } from './time-search.ts'

/** One partition: a log of batches in files. Offsets are numbers, exact to 2^53. */
export interface PartitionLog extends PartitionUpkeep {
  readonly startOffset: number
  /** One beyond the last durable record; nothing beyond is read. */
  readonly endOffset: number
  readonly bytes: number
  readonly segmentCount: number
  /** Offsets that were passed over, and that no record gets. */
  readonly holes: readonly OffsetHole[]
  /** That of new records. */
  readonly leaderEpoch: number
  readonly trouble: string | undefined
  /** A write failed, and none has been tried since; `roll` tries. */
  readonly isBroken: boolean
  /** Places the batch at once and resolves with its base offset when it is durable; a repeated one has its first place. */
  append(batch: CheckedBatch): Promise<number>
  readonly transactions: PartitionTransactions
  /** Into what `memoryFor` gives, if it is given; nothing from the offset `before` on. */
  read(offset: number, bytesMax: number, firstWhole: boolean, memoryFor?: MemoryFor, before?: number): Promise<Buffer>
  /** The epoch of what lies at this offset. */
  epochOf(offset: number): number
  /** The last epoch that is not later, and where it ended; undefined for one that is yet to come. */
  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined
  /** The first offset at or after this one that is not in damage; the end when there is none. */
  readableFrom(offset: number): number
  findByTime(timestamp: number): Promise<TimedOffset | undefined>
  findLatestTime(): Promise<TimedOffset | undefined>
  /** What it is now, to be written down. */
  checkpoint(): PartitionCheckpoint
  close(): Promise<void>
}

/** What is left out has its default. */
export interface PartitionOptions extends Partial<Omit<PartitionSettings, 'segmentBytes'>> {
  segmentBytes(): number
  /** Called when something became durable, when the start moved, and when the log is closed. */
  onChange?(): void
}

export async function openPartitionLog(
  folder: string,
  name: string,
  checkpoint: Omit<KnownPartition, 'settings'>,
  services: StorageServices,
  options: PartitionOptions,
): Promise<PartitionLog> {
  const settings = { ...settingsDefault, ...options }
  const state = await openPartition(folder, name, { ...checkpoint, settings }, services)
  const onChange = (): void => options.onChange?.()
  const writer = createWriter(state, services, onChange)
  const upkeep = createUpkeep(state, services, writer, onChange)

  return {
    ...upkeep,
    get startOffset() {
      return state.startOffset
    },
    get endOffset() {
      return state.endOffset
    },
    get bytes() {
      return state.segments.reduce((sum, segment) => sum + bytesOf(segment), 0)
    },
    get segmentCount() {
      return state.segments.length
    },
    holes: state.holes,
    leaderEpoch: currentEpoch(state.epochs),
    get trouble() {
      return troubleOf(state)
    },
    get isBroken() {
      return state.broken !== undefined
    },
    async append(batch) {
      const first = state.producers.repeated(batch.header)
      if (!first) return writer.append(batch)
      // Its first copy may still wait for the disk.
      if (first.lastOffset >= state.endOffset) await writer.settled()
      if (first.lastOffset < state.endOffset) return first.baseOffset
      throw storageRefusal(name, new Error('the first copy of this batch could not be written'))
    },
    transactions: createPartitionTransactions(state, writer, services),
    read: (offset, bytesMax, firstWhole, memoryFor, before = Infinity) =>
      readBatches(state, services, { offset, bytesMax, firstWhole, before, ...(memoryFor ? { memoryFor } : {}) }),
    epochOf: (offset) => epochOf(state.epochs, offset),
    endOfEpoch: (epoch) => endOfEpoch(state.epochs, epoch, state.endOffset, state.holes),
    readableFrom(offset) {
      let readable = offset
      for (const { from, to } of damagesOf(state)) if (from <= readable && readable < to) readable = to
      return readable
    },
    findByTime: (timestamp) => findByTime(state, services, timestamp),
    findLatestTime: () => findLatestTime(state, services),
    checkpoint: () => checkpointOf(state),
    async close() {
      state.closed = true
      await upkeep.stop()
      await writer.settled()
      onChange()
      await letGo(state, services)
      if (!state.broken) await writeDown(state, services)
    },
  }
}

async function letGo(state: PartitionState, services: StorageServices): Promise<void> {
  const { segmentFiles, writtenFiles, segmentIndexes } = services
  await writtenFiles.forget(activeSegment(state).path)
  for (const segment of state.segments) segmentIndexes.forget(segment)
  await Promise.all(state.segments.map(({ path }) => segmentFiles.forget(path)))
}

/** What the next start would have to find out by reading. */
async function writeDown(state: PartitionState, { files }: StorageServices): Promise<void> {
  await saveIndex(files, activeSegment(state))
  await writeJson(files, `${state.folder}/producers.json`, state.producers.snapshot(state.endOffset))
}
