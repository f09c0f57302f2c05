import type { Compression } from '../protocol/records/batch-header.ts'
import type { RecordFilter } from '../reader/record-filter.ts'

/** What is copied where: `docs/spec/replay.md`. */
export interface Replay {
  /** A name that finds the replay again; its progress lies in the consumer group `weir-replay.<name>`. */
  readonly name: string
  readonly from: string
  readonly to: string
  /** By partition of the source. */
  readonly range: ReadonlyMap<number, OffsetRange>
  readonly filter: RecordFilter
  /** `same`: each record into the partition that it has; `key`: by its key, as a producer would. */
  readonly partitioning: 'same' | 'key'
  /** Default: that of the source's first batch. */
  readonly compression?: Compression | undefined
}

export interface OffsetRange {
  readonly start: number
  readonly until: number
}

export interface ReplayProgress {
  /** Offsets of the source behind which all is copied or left out, and of how many. */
  readonly position: number
  readonly total: number
  /** Records sent by this run, and found in place from an earlier one. */
  readonly copied: number
  readonly found: number
  readonly bytes: number
}

export interface ReplayResult extends ReplayProgress {
  /** False when it was stopped: the same call goes on. */
  readonly done: boolean
}

/** The group that keeps the progress: seen by everybody's tools, and kept by the log as any group's offsets. */
export function replayGroup(name: string): string {
  return `weir-replay.${name}`
}
