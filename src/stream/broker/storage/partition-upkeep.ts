import { endBefore } from '../../offset-holes.ts'
import { dirtOf, type CompactionLags, type Dirt } from './compaction/cleanable.ts'
import { compactPartition, type CompactionResult, type CompactionSettings } from './compaction/compact-partition.ts'
import { createPace } from './compaction/pace.ts'
import { damagesOf } from './damage.ts'
import { removeFile } from './index-file.ts'
import { activeSegment, type PartitionState } from './partition-state.ts'
import type { PartitionWriter } from './partition-writer.ts'
import { bytesOf, newestTimeOf, type Segment } from './segment.ts'
import type { StorageServices } from './storage-services.ts'

/** What retention looks at. */
export interface SegmentFigures {
  /** Damage behind it counts to it. */
  readonly endOffset: number
  readonly bytes: number
  readonly maxTimestamp: number
}

/** What a pass of compaction may use. */
export interface CompactionBudget {
  readonly bytesPerSecond: number
  readonly memoryBytes: number
  /** Of the hashes: new with each pass. */
  readonly seed: number
  readonly signal: AbortSignal
}

/**
 * A start that is told to nobody before a checkpoint that has it is durable: a crash would take it back. Who planned it either takes it,
 * and then calls `removeOutdated`, or drops it.
 */
export interface PlannedStart {
  readonly offset: number
  take(): void
  /** It could not be written down. */
  drop(): void
}

/** What is done to a partition that is none of its clients' business. */
export interface PartitionUpkeep {
  /** Begins a new segment unless the active one is empty. */
  roll(): Promise<void>
  /** Since when the segment that is written to has records; undefined when it has none. */
  filledSince(): number | undefined
  /** Oldest first; the active one is the last. */
  segments(): readonly SegmentFigures[]
  /** A start further on, at most at the end; where it is already at this one or beyond, that. The next checkpoint has it. */
  planStart(offset: number): PlannedStart
  removeOutdated(): Promise<void>
  /** Damaged files lose their names, so that `removeOutdated` leaves them: `asideName` says what they are called. */
  setDamagedAside(): Promise<void>
  dirt(lags: CompactionLags): Dirt
  /** One pass of compaction; undefined when there is nothing to do. Ends by throwing when the log is closed meanwhile. */
  compact(settings: CompactionSettings, budget: CompactionBudget): Promise<CompactionResult | undefined>
  isCompacting(): boolean
  /** Ends what runs. */
  stop(): Promise<void>
}

export function createUpkeep(
  state: PartitionState,
  services: StorageServices,
  writer: PartitionWriter,
  onChange: () => void,
): PartitionUpkeep {
  const { clock } = services
  /** Made when there is something to stop: most partitions are never compacted. */
  let stopping: AbortController | undefined
  let compacting: Promise<unknown> = Promise.resolve()
  let passes = 0

  async function runPass(
    settings: CompactionSettings,
    { bytesPerSecond, signal, ...means }: CompactionBudget,
  ): Promise<CompactionResult | undefined> {
    const pace = createPace(clock, bytesPerSecond, signal)
    try {
      return await compactPartition(state, services, settings, { ...means, pace })
    } finally {
      onChange()
    }
  }

  return {
    async roll() {
      await writer.roll()
      onChange()
    },
    filledSince: () => activeSegment(state).filledSince,
    segments: () =>
      state.segments.map((segment, at) => ({
        endOffset: endBefore(state.holes, state.segments[at + 1]?.baseOffset ?? segment.endOffset),
        bytes: bytesOf(segment),
        maxTimestamp: newestIn(state, at),
      })),
    planStart(offset) {
      const start = Math.max(state.startOffset, Math.min(offset, state.endOffset))
      state.plannedStarts.push(start)
      onChange()
      const end = (): void => {
        state.plannedStarts.splice(state.plannedStarts.indexOf(start), 1)
        onChange()
      }
      return {
        offset: start,
        take() {
          state.startOffset = Math.max(state.startOffset, start)
          end()
        },
        drop: end,
      }
    },
    async removeOutdated() {
      await removeOutdated(state, services)
      onChange()
    },
    setDamagedAside: () => setDamagedAside(state, services),
    dirt: (lags) => dirtOf(state, lags, clock.now()),
    compact(settings, budget) {
      passes++
      stopping ??= new AbortController()
      const signal = AbortSignal.any([budget.signal, stopping.signal])
      const pass = compacting.then(() => runPass(settings, { ...budget, signal })).finally(() => passes--)
      compacting = pass.catch(() => undefined)
      return pass
    },
    isCompacting: () => passes > 0,
    async stop() {
      stopping?.abort(new Error(`${state.name} is closed`))
      await compacting
    },
  }
}

/**
 * The age of a segment of which nothing is left to read is that of the one behind it: damage is never the oldest of all, or retention
 * would take it before anybody has seen it.
 */
function newestIn({ segments }: PartitionState, at: number): number {
  const isLost = ({ damagedFrom, times }: Segment): boolean => damagedFrom !== undefined && times.maxTimestamp < 0
  if (!isLost(segments[at]!)) return newestTimeOf(segments[at]!)
  return (
    segments
      .slice(at + 1)
      .map(newestTimeOf)
      .find((time) => time >= 0) ?? Infinity
  )
}

/** Not the name of a segment any more. */
export function asideName(file: string): string {
  return `${file}.damaged`
}

async function setDamagedAside(state: PartitionState, { files, segmentFiles }: StorageServices): Promise<void> {
  for (const file of new Set(damagesOf(state).map((damage) => damage.file))) {
    if ((await files.size(file)) === undefined) continue
    await segmentFiles.forget(file)
    await files.rename(file, asideName(file))
  }
  await files.syncDirectory(state.folder)
}

/** Segments that lie below the start as a whole. */
async function removeOutdated(state: PartitionState, services: StorageServices): Promise<void> {
  const isOutdated = (next: Segment | undefined): boolean =>
    next !== undefined && endBefore(state.holes, next.baseOffset) <= state.startOffset
  while (isOutdated(state.segments[1])) {
    const removed = state.segments.shift()!
    services.segmentIndexes.forget(removed)
    // Behind damage the next segment lies in the same file.
    if (state.segments.some(({ path }) => path === removed.path)) continue
    await services.segmentFiles.forget(removed.path)
    await removeFile(services.files, removed.path, state.settings.fileDeleteDelayMs())
  }
}
