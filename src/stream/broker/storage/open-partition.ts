import type { OpenFile } from '../../../kernel/files/files.ts'
import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { damageError, damagesOf } from './damage.ts'
import { indexPath, saveIndex } from './index-file.ts'
import { openSegment } from './open-segment.ts'
import { endBefore } from '../../offset-holes.ts'
import type { RestoreNote } from '../restore-note.ts'
import { beginBehindHoles, holeAfter, readHoles, saveHoles, type PartitionHole } from './partition-holes.ts'
import type { PartitionState, StorageServices } from './partition-state.ts'
import { ProducerStates, type ProducerSnapshot } from './producer-states.ts'
import { baseOffsetOf, createSegment, segmentPath, type Segment } from './segment.ts'
import { readJsonIfWhole } from './small-file.ts'

/** What was written down about a partition before it was opened; zeros for a new one. */
export interface PartitionCheckpoint {
  /** All below was durable and whole: damage there is corruption, beyond it a torn tail. */
  readonly recoveryPoint: number
  readonly startOffset: number
  /** The log was restored: the partition goes on beyond what it may have handed out since the backup. */
  readonly restored?: RestoreNote | undefined
}

/** Opens a partition's folder, or makes it: reads what was not known to be whole, cuts the torn tail off, names damage. */
export async function openPartition(
  folder: string,
  name: string,
  checkpoint: PartitionCheckpoint,
  services: StorageServices,
): Promise<PartitionState> {
  const { files, logger } = services
  await files.makeDirectory(folder)
  // A predecessor may have been killed between making a name and syncing it.
  await files.syncDirectory(folder)
  const holes = await readHoles(files, folder)
  const kept = await removeOutdated(folder, checkpoint.startOffset, holes, services)
  const bases = await beginBehindHoles(files, folder, kept, holes)
  const producers = new ProducerStates()
  const snapshot = await readJsonIfWhole<ProducerSnapshot>(files, `${folder}/producers.json`)
  if (snapshot) producers.restore(snapshot)
  const replayFrom = snapshot?.offset ?? 0
  const onBatch = (header: BatchHeader): void => {
    if (header.baseOffset >= replayFrom) producers.placed(header, header.baseOffset, Infinity)
  }
  const segments: Segment[] = []
  for (const [at, baseOffset] of bases.entries()) {
    const expected = {
      folder,
      baseOffset,
      nextBase: nextBaseOf(bases, at, holes),
      recoveryPoint: checkpoint.recoveryPoint,
      replayFrom,
    }
    segments.push(...(await openSegment(expected, onBatch, services)))
  }
  while (segments.length > 1 && endBefore(holes, segments[1]!.baseOffset) <= checkpoint.startOffset) segments.shift()
  const file = await openActive(segments, folder, checkpoint, services)
  const { endOffset } = segments.at(-1)!
  const hole = checkpoint.restored && holeAfter(endOffset, holes, checkpoint.restored)
  if (hole) {
    await file.close()
    await saveIndex(files, segments.at(-1)!)
    await saveHoles(files, folder, [...holes, hole])
    logger.info({ partition: name, ...hole }, 'the log was restored, and goes on beyond what it may have handed out')
    // As a start that finds the hole and no segment behind it: the way of one that is killed here, too.
    return openPartition(folder, name, checkpoint, services)
  }
  producers.passHole(holes.at(-1)?.from ?? 0)
  const state: PartitionState = {
    folder,
    name,
    segments,
    producers,
    file,
    holes,
    startOffset: Math.max(endBefore(holes, segments[0]!.baseOffset), checkpoint.startOffset),
    endOffset,
    nextOffset: endOffset,
    broken: undefined,
    closed: false,
  }
  for (const damage of damagesOf(state)) {
    const { code, message } = damageError(name, damage)
    logger.error({ code, partition: name, ...damage }, message)
  }
  return state
}

/** The file that is written to: the last one, or a new one behind damage, which stays as it was found. */
async function openActive(
  segments: Segment[],
  folder: string,
  { recoveryPoint, startOffset }: PartitionCheckpoint,
  { files }: StorageServices,
): Promise<OpenFile> {
  const last = segments.at(-1)
  const isWhole = last && last.start === 0 && last.damagedFrom === undefined
  if (isWhole) return files.open(last.path, 'write')
  const base = Math.max(last?.endOffset ?? startOffset, recoveryPoint)
  const { segment, file } = await createSegment(files, folder, base)
  segments.push(segment)
  return file
}

/** Where the next file begins; its offsets may lie behind a hole. A file that got no record before one ends where it begins. */
function nextBaseOf(bases: readonly number[], at: number, holes: readonly PartitionHole[]): number | undefined {
  const next = bases[at + 1]
  return next === undefined ? undefined : Math.max(bases[at]!, endBefore(holes, next))
}

/** Removing goes on where a crash ended it: what lies below the start was to go. The last segment stays. */
async function removeOutdated(
  folder: string,
  startOffset: number,
  holes: readonly PartitionHole[],
  { files }: StorageServices,
): Promise<number[]> {
  const names = await files.list(folder)
  const bases = names
    .map(baseOffsetOf)
    .filter((base) => base !== undefined)
    .toSorted((left, right) => left - right)
  while (bases.length > 1 && endBefore(holes, bases[1]!) <= startOffset) {
    const path = segmentPath(folder, bases.shift()!)
    await files.remove(path)
    if (names.includes(indexPath(path).slice(folder.length + 1))) await files.remove(indexPath(path))
  }
  return bases
}
