import type { Files } from '../../../kernel/files/files.ts'
import type { OffsetHole } from '../../offset-holes.ts'
import { damagesOf } from './damage.ts'
import { currentEpoch } from './leader-epochs.ts'
import { activeSegment, type PartitionState } from './partition-state.ts'
import { bytesOf, newestTimeOf, segmentNameOf, type Segment } from './segment.ts'

/** What is written down about a partition from time to time. */
export interface PartitionCheckpoint {
  /** All below was durable and whole: damage there is corruption, beyond it a torn tail. */
  readonly recoveryPoint: number
  readonly startOffset: number
  /** Compaction has been below. */
  readonly cleanedTo?: number
  /** What the partition was then, so that it need not be opened to be told of. */
  readonly outline?: PartitionOutline
}

export interface PartitionOutline {
  /** The file that was written to, and its size: while both are so, nothing was written since. */
  readonly file: string
  readonly fileBytes: number
  /** Since when that file has records. */
  readonly filledSince?: number
  /** All that is kept. */
  readonly bytes: number
  readonly leaderEpoch: number
  readonly holes?: readonly OffsetHole[]
  readonly segments: number
  /** The file of the oldest. */
  readonly oldestFile?: string
  /** Of the oldest segment: what retention looks at. */
  readonly oldestBytes: number
  readonly oldestTimestamp: number
  /** What compaction would find: bytes of sealed segments that were cleaned and that were not, and how old these begin. */
  readonly cleanBytes: number
  readonly dirtyBytes: number
  readonly dirtySince: number
  /** Damage is told of by the partition itself: it has to be opened. */
  readonly isDamaged?: true
}

export const unwritten: PartitionCheckpoint = { recoveryPoint: 0, startOffset: 0 }

export function checkpointOf(state: PartitionState): PartitionCheckpoint {
  const { segments, holes, endOffset, startOffset, plannedStarts, cleanedTo } = state
  const active = activeSegment(state)
  const isDamaged = damagesOf(state).length > 0 || segments.some(({ garbledAt }) => garbledAt !== undefined)
  return {
    recoveryPoint: endOffset,
    startOffset: Math.max(startOffset, ...plannedStarts),
    ...(cleanedTo > 0 ? { cleanedTo } : {}),
    outline: {
      file: nameIn(state, active),
      fileBytes: active.size,
      ...(active.filledSince === undefined ? {} : { filledSince: active.filledSince }),
      bytes: segments.reduce((sum, segment) => sum + bytesOf(segment), 0),
      leaderEpoch: currentEpoch(state.epochs),
      segments: segments.length,
      oldestFile: nameIn(state, segments[0]!),
      oldestBytes: bytesOf(segments[0]!),
      oldestTimestamp: newestTimeOf(segments[0]!),
      ...dirtIn(state),
      ...(holes.length > 0 ? { holes } : {}),
      ...(isDamaged ? { isDamaged } : {}),
    },
  }
}

function nameIn({ folder }: PartitionState, { path }: Segment): string {
  return path.slice(folder.length + 1)
}

function dirtIn({
  segments,
  cleanedTo,
}: PartitionState): Pick<PartitionOutline, 'cleanBytes' | 'dirtyBytes' | 'dirtySince'> {
  const sealed = segments.slice(0, -1)
  const dirty = sealed.filter(({ endOffset }) => endOffset > cleanedTo)
  const bytesIn = (all: readonly Segment[]): number => all.reduce((sum, segment) => sum + bytesOf(segment), 0)
  const dirtyBytes = bytesIn(dirty)
  return { cleanBytes: bytesIn(sealed) - dirtyBytes, dirtyBytes, dirtySince: dirty[0]?.times.firstTimestamp ?? -1 }
}

/** Whether the folder is as it was written down: then opening the partition would find nothing to mend and nothing new. */
export async function isAsWritten(files: Files, folder: string, { outline }: PartitionCheckpoint): Promise<boolean> {
  if (!outline || outline.isDamaged) return false
  const names = (await files.list(folder)).filter((name) => segmentNameOf(name) !== undefined).toSorted()
  const last = names.at(-1)
  // One that is not damaged has a file for each segment: where there are fewer, some were removed; more were left by a crash.
  return (
    names.length === outline.segments &&
    last === outline.file &&
    (await files.size(`${folder}/${last}`)) === outline.fileBytes
  )
}
