import type { OpenFile } from '../../../kernel/files/files.ts'
import { findBatch, type BatchTrace } from './find-batch.ts'
import { indexPath, saveIndex, type SavedIndex } from './index-file.ts'
import { sharedSyncEpoch } from './leader-epochs.ts'
import { scanStretch, type OnBatch, type Stretch } from './scan-stretch.ts'
import type { SegmentFile } from './list-segments.ts'
import { removeIfThere } from './small-file.ts'
import type { Segment } from './segment.ts'
import type { StorageServices } from './storage-services.ts'

/** What is known about a segment's file before it is read. */
export interface ExpectedSegment extends SegmentFile {
  /** Where the next file begins; undefined for the last one, whose end only its content tells. */
  readonly nextBase: number | undefined
  /** All below was durable and whole. */
  readonly recoveryPoint: number
  /** From this offset on the headers are wanted, whatever an index says. */
  readonly replayFrom: number
  /** As it was saved last; the file may have grown since. */
  readonly saved: SavedIndex | undefined
  readonly indexIntervalBytes: number
}

/** What a file holds. */
export interface OpenedSegments {
  /** More than one when the file is damaged. */
  readonly segments: readonly Segment[]
  /** A torn tail was found, and is gone. */
  readonly wasCut: boolean
}

/**
 * The runs of whole batches in one file. The torn tail of the last file is cut off, for nobody was told of it. Damage is never
 * cut: batches behind it that were acknowledged tell the two apart.
 */
export async function openSegment(
  expected: ExpectedSegment,
  onBatch: OnBatch,
  services: StorageServices,
): Promise<OpenedSegments> {
  const { files, logger } = services
  const { path, nextBase, recoveryPoint, replayFrom, saved } = expected
  if (nextBase !== undefined && nextBase <= recoveryPoint && nextBase <= replayFrom) {
    const fits = saved?.endOffset === nextBase && saved.size === (await files.size(path))
    if (fits) return { segments: [segmentOfIndex(expected, saved)], wasCut: false }
  }
  const isLast = nextBase === undefined
  const file = await files.open(path, isLast ? 'write' : 'read')
  try {
    const bytes = (await files.size(path)) ?? 0
    const stretches = await scanFile(file, bytes, expected, onBatch)
    const end = stretches.at(-1)!
    const wasCut = isLast && end.stoppedBy !== undefined && stretches.length === 1 && end.endOffset >= recoveryPoint
    if (wasCut) {
      logger.warn(
        { file: path, cutAt: end.size, bytes: bytes - end.size, reason: end.stoppedBy },
        'cut off what was never acknowledged',
      )
      await file.truncate(end.size)
    }
    // What a killed predecessor wrote may still be in memory only; from here on it counts as durable.
    if (isLast) await file.sync()
    const segments = stretches.map((stretch, at) => segmentOf(path, stretch, damageEnd(stretches, at, expected)))
    rememberAborted(segments, expected)
    const isDamaged = segments.some(({ damagedFrom }) => damagedFrom !== undefined)
    // An index of before the damage would hide it from the next start.
    if (isDamaged) await removeIfThere(files, indexPath(path))
    else if (!isLast) await keepIndex(segments[0]!, services)
    return { segments, wasCut }
  } finally {
    await file.close()
  }
}

async function scanFile(
  file: OpenFile,
  bytes: number,
  { baseOffset, nextBase = Infinity, recoveryPoint, indexIntervalBytes }: ExpectedSegment,
  onBatch: OnBatch,
): Promise<Stretch[]> {
  const limits = { offsetLimit: nextBase, indexIntervalBytes }
  const stretches = [await scanStretch(file, bytes, { position: 0, baseOffset }, limits, onBatch)]
  for (;;) {
    const { searchFrom, endOffset, stoppedBy, reachedLimit } = stretches.at(-1)!
    if (stoppedBy === undefined || reachedLimit) return stretches
    const wasAcknowledged = (trace: BatchTrace): boolean =>
      trace.baseOffset > endOffset &&
      trace.baseOffset < Math.min(nextBase, Number.MAX_SAFE_INTEGER) &&
      (nextBase !== Infinity || trace.baseOffset < recoveryPoint || trace.leaderEpoch > sharedSyncEpoch)
    const next = await findBatch(file, bytes, searchFrom, wasAcknowledged)
    if (!next) return stretches
    stretches.push(await scanStretch(file, bytes, next, limits, onBatch))
  }
}

/** Up to where offsets are missing behind a stretch, if there are any. */
function damageEnd(stretches: readonly Stretch[], at: number, expected: ExpectedSegment): number {
  return stretches[at + 1]?.baseOffset ?? expected.nextBase ?? expected.recoveryPoint
}

/** What was not replayed is known from the saved index. */
function rememberAborted(segments: readonly Segment[], { saved, replayFrom }: ExpectedSegment): void {
  for (const { baseOffset, endOffset, aborted } of segments) {
    const known = saved?.aborted.filter(
      ({ lastOffset }) => lastOffset >= baseOffset && lastOffset < Math.min(endOffset, replayFrom),
    )
    if (known) aborted.unshift(...known)
  }
}

function segmentOf(path: string, stretch: Stretch, nextOffset: number): Segment {
  const { baseOffset, position, endOffset, size, index, aborted, stoppedBy } = stretch
  const damage = endOffset < nextOffset ? { damagedFrom: endOffset, isMissing: stoppedBy === undefined } : {}
  const placed = { baseOffset, path, start: position, endOffset, size }
  return { ...placed, times: index, index, aborted: [...aborted], ...damage }
}

function segmentOfIndex(
  { baseOffset, path }: ExpectedSegment,
  { size, endOffset, times, aborted }: SavedIndex,
): Segment {
  return { baseOffset, path, start: 0, endOffset, size, times, index: undefined, aborted: [...aborted] }
}

/** The next start need not read the file again. */
async function keepIndex(segment: Segment, { files, segmentIndexes }: StorageServices): Promise<void> {
  await saveIndex(files, segment)
  segmentIndexes.isSaved(segment)
}
