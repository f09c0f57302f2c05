import type { Clock } from '../../../kernel/clock.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { OffsetHole } from '../../offset-holes.ts'
import type { LeaderEpoch } from './leader-epochs.ts'
import type { ProducerStates } from './producer-states.ts'
import type { SegmentFiles } from './segment-files.ts'
import type { Segment } from './segment.ts'

/** What the storage of one partition needs from outside. */
export interface StorageServices {
  readonly files: Files
  /** For readers. */
  readonly segmentFiles: SegmentFiles
  /** For the partitions' writers: each has one file that it writes to. */
  readonly writtenFiles: SegmentFiles
  readonly clock: Clock
  readonly logger: Logger
  /** Told how long each fdatasync took, in seconds. */
  onSync?(seconds: number): void
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
  startOffset: number
  /** One beyond the last durable record: readers see nothing beyond. */
  endOffset: number
  /** One beyond the last record that was given a place, durable or not. */
  nextOffset: number
  /** Why the last write failed; the next one begins a new segment. */
  broken: Error | undefined
  closed: boolean
}

export function activeSegment(state: PartitionState): Segment {
  return state.segments.at(-1)!
}
