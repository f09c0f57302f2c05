import type { BatchHeader } from '../../protocol/records/batch-header.ts'
import { indexPath, loadIndex } from './index-file.ts'
import type { PartitionState, StorageServices } from './partition-state.ts'
import { ProducerStates, type ProducerSnapshot } from './producer-states.ts'
import { scanSegment } from './scan-segment.ts'
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
  const { files, clock, logger } = services
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
  for (const [at, base] of bases.entries()) {
    const next = bases[at + 1]
    const segment = await openSegment(folder, base, next, checkpoint.recoveryPoint, replayFrom, onBatch, services)
    const damageEnd = next ?? checkpoint.recoveryPoint
    if (segment.endOffset < damageEnd) {
      segment.damagedFrom = segment.endOffset
      logger.error(
        { partition: name, file: segment.path, position: segment.size, from: segment.endOffset, to: damageEnd },
        'a segment of the log is damaged: these offsets cannot be read; the rest of the partition can',
      )
    }
    segments.push(segment)
  }
  const last = segments.at(-1)
  if (!last || last.damagedFrom !== undefined) {
    const base = last
      ? Math.max(last.endOffset, checkpoint.recoveryPoint)
      : Math.max(checkpoint.recoveryPoint, checkpoint.startOffset)
    segments.push(await createSegment(files, folder, base, clock.now()))
  }
  const { endOffset } = segments.at(-1)!
  return {
    folder,
    name,
    segments,
    producers,
    startOffset: Math.max(segments[0]!.baseOffset, checkpoint.startOffset),
    endOffset,
    nextOffset: endOffset,
    broken: undefined,
    closed: false,
  }
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

async function openSegment(
  folder: string,
  baseOffset: number,
  nextBase: number | undefined,
  recoveryPoint: number,
  replayFrom: number,
  onBatch: (header: BatchHeader) => void,
  { files, clock, logger }: StorageServices,
): Promise<Segment> {
  const path = segmentPath(folder, baseOffset)
  const file = await files.open(path, nextBase === undefined ? 'write' : 'read')
  const head = { baseOffset, path, createdAt: clock.now(), file }
  if (nextBase !== undefined && nextBase <= recoveryPoint && nextBase <= replayFrom) {
    const saved = await loadIndex(files, path)
    if (saved?.endOffset === nextBase) return { ...head, ...saved }
  }
  const bytes = (await files.size(path)) ?? 0
  const { stoppedBy, ...scanned } = await scanSegment(file, bytes, baseOffset, nextBase ?? Infinity, onBatch)
  if (stoppedBy !== undefined && nextBase === undefined && scanned.endOffset >= recoveryPoint) {
    logger.warn(
      { file: path, cutAt: scanned.size, bytes: bytes - scanned.size, reason: stoppedBy },
      'cut off what was never acknowledged',
    )
    await file.truncate(scanned.size)
  }
  // What a killed predecessor wrote may still be in memory only; from here on it counts as durable.
  if (nextBase === undefined) await file.sync()
  return { ...head, ...scanned }
}
