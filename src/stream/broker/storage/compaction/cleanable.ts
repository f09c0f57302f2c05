import { activeSegment, type PartitionState } from '../partition-state.ts'
import { bytesOf, newestTimeOf, type Segment } from '../segment.ts'

export interface CompactionLags {
  /** A record is not compacted before it is so old. */
  readonly minLagMs: number
  /** A record is compacted when it is so old, however little there is to gain. */
  readonly maxLagMs: number
}

/** What compaction finds in a partition. */
export interface Dirt {
  /** Of segments that were cleaned. */
  readonly cleanBytes: number
  /** Of those that may be cleaned and were not. */
  readonly dirtyBytes: number
  /** Something dirty is older than the largest lag. */
  readonly isOverdue: boolean
}

/** The segments in order that may be cleaned: up to the active one, or what is damaged, in an open transaction or too young. */
export function cleanableSegments(
  state: PartitionState,
  { minLagMs }: CompactionLags,
  now: number,
): readonly Segment[] {
  const stable = state.producers.firstUnstable ?? Infinity
  const stop = state.segments.findIndex(
    (segment) =>
      segment === activeSegment(state) ||
      isDamaged(segment) ||
      segment.endOffset > stable ||
      isYoung(state, segment, minLagMs, now),
  )
  return state.segments.slice(0, stop)
}

export function dirtOf(state: PartitionState, lags: CompactionLags, now: number): Dirt {
  const cleanable = cleanableSegments(state, lags, now)
  const dirty = cleanable.filter(({ endOffset }) => endOffset > state.cleanedTo)
  const dirtyBytes = bytesIn(dirty)
  return {
    cleanBytes: bytesIn(cleanable) - dirtyBytes,
    dirtyBytes,
    isOverdue: dirty.some(({ times }) => times.firstTimestamp >= 0 && times.firstTimestamp < now - lags.maxLagMs),
  }
}

function isDamaged({ start, damagedFrom, garbledAt }: Segment): boolean {
  return start > 0 || damagedFrom !== undefined || garbledAt !== undefined
}

/** What was cleaned once is old enough. */
function isYoung({ cleanedTo }: PartitionState, segment: Segment, minLagMs: number, now: number): boolean {
  return minLagMs > 0 && segment.endOffset > cleanedTo && newestTimeOf(segment) > now - minLagMs
}

function bytesIn(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + bytesOf(segment), 0)
}
