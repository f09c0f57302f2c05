import type { OffsetHole } from '../../offset-holes.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import type { ProducerStates } from './producer-states.ts'
import type { Segment } from './segment.ts'

/** The state of one partition, shared by its writer, its reader and its retention; nobody else sees it. */
export interface PartitionState {
  readonly folder: string
  /** For messages: `orders-3`. */
  readonly name: string
  /** In order of offsets; the last one is written to. Never empty. */
  readonly segments: Segment[]
  readonly producers: ProducerStates
  /** Offsets that were passed over; they never change while it is open. */
  readonly holes: readonly OffsetHole[]
  /** The last one is that of new records. */
  readonly epochs: readonly LeaderEpoch[]
  /** The distance of entries in the index of a new segment. */
  indexIntervalBytes(): number
  startOffset: number
  /** One beyond the last durable record: readers see nothing beyond. */
  endOffset: number
  /** One beyond the last record that was given a place, durable or not. */
  nextOffset: number
  /** Below this offset compaction has been; what lies behind is dirty. */
  cleanedTo: number
  /** Why the last write failed; the next one begins a new segment. */
  broken: Error | undefined
  closed: boolean
}

export function activeSegment(state: PartitionState): Segment {
  return state.segments.at(-1)!
}
