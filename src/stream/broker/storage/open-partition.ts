import type { OpenFile } from '../../../kernel/files/files.ts'
import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { damageError, damagesOf } from './damage.ts'
import { indexPath } from './index-file.ts'
import { openSegment } from './open-segment.ts'
import type { PartitionState, StorageServices } from './partition-state.ts'
import { ProducerStates, type ProducerSnapshot } from './producer-states.ts'
import { baseOffsetOf, createSegment, segmentPath, type Segment } from './segment.ts'
import { readJsonIfWhole } from './small-file.ts'

/** What was written down about a partition before it was opened; zeros for a new one. */
export interface PartitionCheckpoint {
  /** All below was durable and whole: damage there is corruption, beyond it a torn tail. */
  readonly recoveryPoint: number
  readonly startOffset: number
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
  const bases = await removeOutdated(folder, checkpoint.startOffset, services)
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
      nextBase: bases[at + 1],
      recoveryPoint: checkpoint.recoveryPoint,
      replayFrom,
    }
    segments.push(...(await openSegment(expected, onBatch, services)))
  }
  while (segments.length > 1 && segments[1]!.baseOffset <= checkpoint.startOffset) segments.shift()
  const file = await openActive(segments, folder, checkpoint, services)
  const { endOffset } = segments.at(-1)!
  const state: PartitionState = {
    folder,
    name,
    segments,
    producers,
    file,
    startOffset: Math.max(segments[0]!.baseOffset, checkpoint.startOffset),
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

/** Removing goes on where a crash ended it: what lies below the start was to go. The last segment stays. */
async function removeOutdated(folder: string, startOffset: number, { files }: StorageServices): Promise<number[]> {
  const names = await files.list(folder)
  const bases = names
    .map(baseOffsetOf)
    .filter((base) => base !== undefined)
    .toSorted((left, right) => left - right)
  while (bases.length > 1 && bases[1]! <= startOffset) {
    const path = segmentPath(folder, bases.shift()!)
    await files.remove(path)
    if (names.includes(indexPath(path).slice(folder.length + 1))) await files.remove(indexPath(path))
  }
  return bases
}
