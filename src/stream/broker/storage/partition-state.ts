import type { OffsetHole } from '../../offset-holes.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import type { ProducerStates } from './producer-states.ts'
import { indexIntervalDefault } from './sparse-index.ts'
import type { Segment } from './segment.ts'

/** How the partition is kept; asked whenever it matters, for it may be changed meanwhile. */
export interface PartitionSettings {
  segmentBytes(): number
  /** The distance of entries in the index of a new segment. */
  indexIntervalBytes(): number
  /** A segment is sealed before its index is larger. */
  indexBytesMax(): number
  /** Files that are no segments any more stay for so long. */
  fileDeleteDelayMs(): number
}

export const settingsDefault: Omit<PartitionSettings, 'segmentBytes'> = {
  indexIntervalBytes: () => indexIntervalDefault,
  indexBytesMax: () => 10 * 1024 * 1024,
  fileDeleteDelayMs: () => 0,
}

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
  readonly settings: PartitionSettings
  startOffset: number
  /** Where it is about to start, once that is written down. */
  readonly plannedStarts: number[]
  /** One beyond the last durable record: readers see nothing beyond. */
  endOffset: number
  /** One beyond the last record that was given a place, durable or not. */
  nextOffset: number
  /** Below this offset compaction has been; what lies behind is dirty. */
  cleanedTo: number
  /** Up to here `producers.json` knows the producers. */
  producersSavedTo: number
  /** Settled when it is not being written. */
  savingProducers: Promise<void>
  /** Why the last write failed; the next one begins a new segment. */
  broken: Error | undefined
  closed: boolean
}

export function activeSegment(state: PartitionState): Segment {
  return state.segments.at(-1)!
}
