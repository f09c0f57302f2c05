import type { OffsetHole } from '../../offset-holes.ts'
import type { CheckedBatch } from './checked-batch.ts'
import type { CompactionLags, Dirt } from './compaction/cleanable.ts'
import type { CompactionResult, CompactionSettings } from './compaction/compact-partition.ts'
import { damageError, damagesOf, troubleOf, type Damage } from './damage.ts'
import { saveIndex } from './index-file.ts'
import { currentEpoch, endOfEpoch, epochOf } from './leader-epochs.ts'
import { openPartition, type KnownPartition } from './open-partition.ts'
import { checkpointOf, type PartitionCheckpoint } from './partition-checkpoint.ts'
import { readBatches, type ReadMemory } from './partition-reader.ts'
import { activeSegment, settingsDefault, type PartitionSettings, type PartitionState } from './partition-state.ts'
import { createPartitionTransactions, type PartitionTransactions } from './partition-transactions.ts'
import {
  createUpkeep,
  type CompactionBudget,
  type PartitionUpkeep,
  type PlannedStart,
  type SegmentFigures,
} from './partition-upkeep.ts'
import { saveProducers } from './save-producers.ts'
import type { StorageServices } from './storage-services.ts'
import { createWriter, storageRefusal, type PartitionWriter } from './partition-writer.ts'
import { bytesOf } from './segment.ts'
import { findByTime, findLatestTime, type TimedOffset } from './time-search.ts'

/** One partition: a log of batches in files. Offsets are numbers, exact to 2^53. */
export interface PartitionLog extends Omit<PartitionUpkeep, 'stop' | 'isCompacting'> {
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
  /** At or after the start. */
  readonly damages: readonly Damage[]
  /** A write failed, and none has been tried since; `roll` tries. */
  readonly isBroken: boolean
  /** Places the batch at once and resolves with its base offset when it is durable; a repeated one has its first place. */
  append(batch: CheckedBatch): Promise<number>
  readonly transactions: PartitionTransactions
  /** Into `memory`, if it is given; nothing from the offset `before` on. */
  read(offset: number, bytesMax: number, firstWhole: boolean, memory?: ReadMemory, before?: number): Promise<Buffer>
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
  /** Compacting, or not done with what was appended. */
  isWorking(): boolean
  close(): Promise<void>
}

/** What is left out has its default. */
export interface PartitionOptions extends Partial<Omit<PartitionSettings, 'segmentBytes'>> {
  segmentBytes(): number
  /** True unless its owner says itself what the damage means. */
  readonly logsDamage?: boolean
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
  if (options.logsDamage ?? true) logDamage(state, services)
  return new OpenedPartition(state, services, () => options.onChange?.())
}

/** A class, because thousands are open at once: closures for all that it does would be most of what each needs. */
class OpenedPartition implements PartitionLog {
  readonly transactions: PartitionTransactions
  readonly #state: PartitionState
  readonly #services: StorageServices
  readonly #onChange: () => void
  readonly #writer: PartitionWriter
  readonly #upkeep: PartitionUpkeep
  /** Where it ended then. */
  readonly #openedAt: number

  constructor(state: PartitionState, services: StorageServices, onChange: () => void) {
    this.#state = state
    this.#services = services
    this.#onChange = onChange
    this.#openedAt = state.endOffset
    this.#writer = createWriter(state, services, onChange)
    this.#upkeep = createUpkeep(state, services, this.#writer, onChange)
    this.transactions = createPartitionTransactions(state, this.#writer, services)
  }

  get startOffset(): number {
    return this.#state.startOffset
  }

  get endOffset(): number {
    return this.#state.endOffset
  }

  get bytes(): number {
    return this.#state.segments.reduce((sum, segment) => sum + bytesOf(segment), 0)
  }

  get segmentCount(): number {
    return this.#state.segments.length
  }

  get holes(): readonly OffsetHole[] {
    return this.#state.holes
  }

  get leaderEpoch(): number {
    return currentEpoch(this.#state.epochs)
  }

  get trouble(): string | undefined {
    return troubleOf(this.#state)
  }

  get damages(): readonly Damage[] {
    return damagesOf(this.#state)
  }

  get isBroken(): boolean {
    return this.#state.broken !== undefined
  }

  async append(batch: CheckedBatch): Promise<number> {
    const state = this.#state
    const first = state.producers.repeated(batch.header)
    if (!first) return this.#writer.append(batch)
    // Its first copy may still wait for the disk.
    if (first.lastOffset >= state.endOffset) await this.#writer.settled()
    if (first.lastOffset < state.endOffset) return first.baseOffset
    throw storageRefusal(state.name, new Error('the first copy of this batch could not be written'))
  }

  read(offset: number, bytesMax: number, firstWhole: boolean, memory?: ReadMemory, before = Infinity): Promise<Buffer> {
    const request = { offset, bytesMax, firstWhole, before, ...(memory ? { memory } : {}) }
    return readBatches(this.#state, this.#services, request)
  }

  epochOf(offset: number): number {
    return epochOf(this.#state.epochs, offset)
  }

  endOfEpoch(epoch: number): { readonly epoch: number; readonly endOffset: number } | undefined {
    return endOfEpoch(this.#state.epochs, epoch, this.#state)
  }

  readableFrom(offset: number): number {
    let readable = offset
    for (const { from, to } of damagesOf(this.#state)) if (from <= readable && readable < to) readable = to
    return readable
  }

  findByTime(timestamp: number): Promise<TimedOffset | undefined> {
    return findByTime(this.#state, this.#services, timestamp)
  }

  findLatestTime(): Promise<TimedOffset | undefined> {
    return findLatestTime(this.#state, this.#services)
  }

  checkpoint(): PartitionCheckpoint {
    return checkpointOf(this.#state)
  }

  roll(): Promise<void> {
    return this.#upkeep.roll()
  }

  filledSince(): number | undefined {
    return this.#upkeep.filledSince()
  }

  segments(): readonly SegmentFigures[] {
    return this.#upkeep.segments()
  }

  planStart(offset: number): PlannedStart {
    return this.#upkeep.planStart(offset)
  }

  removeOutdated(): Promise<void> {
    return this.#upkeep.removeOutdated()
  }

  setDamagedAside(): Promise<void> {
    return this.#upkeep.setDamagedAside()
  }

  dirt(lags: CompactionLags): Dirt {
    return this.#upkeep.dirt(lags)
  }

  compact(settings: CompactionSettings, budget: CompactionBudget): Promise<CompactionResult | undefined> {
    return this.#upkeep.compact(settings, budget)
  }

  isWorking(): boolean {
    return this.#upkeep.isCompacting() || this.#state.nextOffset > this.#state.endOffset
  }

  async close(): Promise<void> {
    const [state, services] = [this.#state, this.#services]
    state.closed = true
    await this.#upkeep.stop()
    await this.#writer.settled()
    this.#onChange()
    await letGo(state, services)
    if (state.broken || state.endOffset === this.#openedAt) return
    try {
      await writeDown(state, services)
    } catch (error) {
      services.logger.warn(
        { err: error, partition: state.name },
        'not written down when closed: the next opening reads more',
      )
    }
  }
}

async function letGo(state: PartitionState, services: StorageServices): Promise<void> {
  const { segmentFiles, writtenFiles, segmentIndexes } = services
  await writtenFiles.forget(activeSegment(state).path)
  for (const segment of state.segments) segmentIndexes.forget(segment)
  await Promise.all(state.segments.map(({ path }) => segmentFiles.forget(path)))
}

/** What the next start would have to find out by reading. */
async function writeDown(state: PartitionState, services: StorageServices): Promise<void> {
  await saveIndex(services.files, activeSegment(state))
  await saveProducers(state, services)
}

function logDamage(state: PartitionState, { logger }: StorageServices): void {
  for (const damage of damagesOf(state)) {
    const { code, message } = damageError(state.name, damage)
    logger.error({ code, partition: state.name, ...damage }, message)
  }
}
