import { inParallel } from '../../../kernel/in-parallel.ts'
import { endBefore } from '../../offset-holes.ts'
import type { RestoreNote } from '../restore-note.ts'
import { loadSavedIndex, saveIndex, type SavedIndex } from './index-file.ts'
import { epochBehind, nextEpoch, saveEpochs, type LeaderEpoch } from './leader-epochs.ts'
import { listSegments, type SegmentFile } from './list-segments.ts'
import { openSegment } from './open-segment.ts'
import { beginBehindHoles, holeAfter, readHoles, saveHoles, type PartitionHole } from './partition-holes.ts'
import type { PartitionCheckpoint } from './partition-checkpoint.ts'
import { beginReplay, type PartitionReplay } from './partition-replay.ts'
import type { PartitionSettings, PartitionState } from './partition-state.ts'
import type { StorageServices } from './storage-services.ts'
import { createSegment, segmentPath, type Segment } from './segment.ts'
import { SparseIndex } from './sparse-index.ts'

const indexesReadAtOnce = 4

/** What is known about a partition before it is opened. */
export interface KnownPartition extends PartitionCheckpoint {
  /** The log was restored: the partition goes on beyond what it may have handed out since the backup. */
  readonly restored?: RestoreNote | undefined
  readonly settings: PartitionSettings
}

/** Opens a partition's folder, or makes it: reads what was not known to be whole, cuts the torn tail off, names damage. */
export async function openPartition(
  folder: string,
  name: string,
  checkpoint: KnownPartition,
  services: StorageServices,
): Promise<PartitionState> {
  const { files, logger } = services
  await files.makeDirectory(folder)
  // A predecessor may have been killed between making a name and syncing it.
  await files.syncDirectory(folder)
  const holes = await readHoles(files, folder)
  const kept = await listSegments(files, folder, checkpoint.startOffset, holes)
  const found = await beginBehindHoles(files, folder, kept, holes)
  const replay = await beginReplay(folder, services)
  const { segments, wasCut } = await openSegments({ files: found, holes, checkpoint }, replay, services)
  while (segments.length > 1 && endBefore(holes, segments[1]!.baseOffset) <= checkpoint.startOffset) segments.shift()
  await beginBehindDamage(segments, folder, checkpoint, services)
  const lost = lostBefore(endBefore(holes, segments[0]!.baseOffset), folder, checkpoint)
  if (lost) segments.unshift(lost)
  noteFilledSince(segments.at(-1)!, checkpoint, services)
  const { endOffset } = segments.at(-1)!
  const hole = checkpoint.restored && holeAfter(endOffset, holes, checkpoint.restored)
  if (hole) {
    await saveIndex(files, segments.at(-1)!)
    await saveHoles(files, folder, [...holes, hole])
    logger.info({ partition: name, ...hole }, 'the log was restored, and goes on beyond what it may have handed out')
    // As a start that finds the hole and no segment behind it: the way of one that is killed here, too.
    return openPartition(folder, name, checkpoint, services)
  }
  replay.producers.passHole(holes.at(-1)?.from ?? 0)
  const state: PartitionState = {
    folder,
    name,
    segments,
    producers: replay.producers,
    holes,
    epochs: await epochsFrom(replay.epochs, { holes, cutAt: wasCut ? endOffset : undefined, folder }, services),
    settings: checkpoint.settings,
    startOffset: Math.max(endBefore(holes, segments[0]!.baseOffset), checkpoint.startOffset),
    plannedStarts: [],
    endOffset,
    nextOffset: endOffset,
    cleanedTo: Math.min(checkpoint.cleanedTo ?? 0, endOffset),
    producersSavedTo: replay.producersSavedTo,
    savingProducers: Promise.resolve(),
    broken: undefined,
    closed: false,
  }
  return state
}

async function openSegments(
  {
    files,
    holes,
    checkpoint,
  }: {
    readonly files: readonly SegmentFile[]
    readonly holes: readonly PartitionHole[]
    readonly checkpoint: KnownPartition
  },
  replay: PartitionReplay,
  services: StorageServices,
): Promise<{ readonly segments: Segment[]; readonly wasCut: boolean }> {
  const { recoveryPoint } = checkpoint
  const segments: Segment[] = []
  let wasCut = false
  const saved = await savedIndexes(files, services)
  if (knowsTooLittle(saved, files, replay)) replay.readAll()
  for (const [at, file] of files.entries()) {
    const nextBase = nextBaseOf(files, at, holes)
    const expected = {
      ...file,
      nextBase,
      recoveryPoint,
      replayFrom: replay.from,
      saved: saved[at],
      indexIntervalBytes: checkpoint.settings.indexIntervalBytes(),
    }
    const opened = await openSegment(expected, (header, bytes) => replay.onBatch(header, bytes), services)
    for (const segment of opened.segments)
      if (segment.times.maxTimestamp < 0) segment.writtenAt = await services.files.modifiedAt(segment.path)
    segments.push(...opened.segments)
    wasCut ||= opened.wasCut
  }
  return { segments, wasCut }
}

async function savedIndexes(
  files: readonly SegmentFile[],
  services: StorageServices,
): Promise<readonly (SavedIndex | undefined)[]> {
  const saved: (SavedIndex | undefined)[] = []
  await inParallel(files.entries(), indexesReadAtOnce, async ([at, { path }]) => {
    saved[at] = await loadSavedIndex(services.files, path)
  })
  return saved
}

/** Whether aborted transactions are forgotten that the replay will not come upon. */
function knowsTooLittle(
  saved: readonly (SavedIndex | undefined)[],
  files: readonly SegmentFile[],
  { producers, from }: PartitionReplay,
): boolean {
  const knownTo = (at: number): number => saved[at]?.endOffset ?? -1
  const nextAt = (at: number): number => files[at + 1]?.baseOffset ?? Infinity
  return (
    producers.hasMarkers &&
    files.some(({ baseOffset }, at) => baseOffset < from && knownTo(at) < Math.min(from, nextAt(at)))
  )
}

/** Nothing is written to a damaged file: it stays as it was found, and a new one begins at offsets that were never given. */
async function beginBehindDamage(
  segments: Segment[],
  folder: string,
  { recoveryPoint, startOffset }: PartitionCheckpoint,
  { files }: StorageServices,
): Promise<void> {
  const last = segments.at(-1)
  const isWhole = last && last.start === 0 && last.damagedFrom === undefined
  if (isWhole) return
  segments.push(await createSegment(files, folder, Math.max(last?.endOffset ?? startOffset, recoveryPoint)))
}

/**
 * Stands for the files that were written down as the oldest and are not there any more. The start is written down before anything
 * below it is removed, so nobody but Weir's operator, or the disk, can have taken them. A backup that was copied while retention ran is
 * excused: it has the files that were there when it came to them.
 */
function lostBefore(
  begin: number,
  folder: string,
  { startOffset, recoveryPoint, outline, restored }: KnownPartition,
): Segment | undefined {
  if (restored || recoveryPoint === 0 || begin <= startOffset) return undefined
  const path = outline?.oldestFile === undefined ? segmentPath(folder, startOffset) : `${folder}/${outline.oldestFile}`
  const times = new SparseIndex()
  const placed = { baseOffset: startOffset, endOffset: startOffset, path, start: 0, size: 0 }
  return { ...placed, times, index: times, aborted: [], damagedFrom: startOffset, isMissing: true }
}

/** It counts from the first record, over starts; a file that nobody wrote down counts from now. */
function noteFilledSince(active: Segment, { outline }: PartitionCheckpoint, { clock }: StorageServices): void {
  if (active.size === 0) return
  const isWritten = outline !== undefined && active.path.endsWith(`/${outline.file}`)
  active.filledSince = (isWritten ? outline.filledSince : undefined) ?? clock.now()
}

/**
 * A new epoch begins where a torn tail was cut off and behind a hole: what lies there from now on is not what may have been
 * there before. Durable before the partition takes records. After a clean start nothing differs, and the epoch stays.
 */
async function epochsFrom(
  known: readonly LeaderEpoch[],
  {
    holes,
    cutAt,
    folder,
  }: { readonly holes: readonly PartitionHole[]; readonly cutAt: number | undefined; readonly folder: string },
  { files }: StorageServices,
): Promise<readonly LeaderEpoch[]> {
  const hole = holes.at(-1)
  const epochs = hole ? epochBehind(known, hole) : known
  const all = cutAt === undefined ? epochs : nextEpoch(epochs, cutAt)
  if (all !== known) await saveEpochs(files, folder, all)
  return all
}

/** Where the next file begins; its offsets may lie behind a hole. A file that got no record before one ends where it begins. */
function nextBaseOf(files: readonly SegmentFile[], at: number, holes: readonly PartitionHole[]): number | undefined {
  const next = files[at + 1]?.baseOffset
  return next === undefined ? undefined : Math.max(files[at]!.baseOffset, endBefore(holes, next))
}
