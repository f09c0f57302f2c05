import { batchField } from '../../protocol/records/batch-header.ts'
import type { CheckedBatch } from './checked-batch.ts'
import { saveIndex } from './index-file.ts'
import { sharedSyncEpoch } from './leader-epochs.ts'
import { activeSegment, type PartitionState } from './partition-state.ts'
import { saveProducers } from './save-producers.ts'
import type { StorageServices } from './storage-services.ts'
import { createSegment } from './segment.ts'

/** A batch whose offsets are given. */
export interface PlacedBatch {
  readonly batch: CheckedBatch
  readonly baseOffset: number
}

/** Small buffers are put together for one write; a call to the kernel costs more than a copy of this size. */
const joinedBytesMax = 65_536

/** Where a write goes in its file, and whether all before it is durable by now. */
interface WritePlace {
  readonly position: number
  readonly isAlone: boolean
}

/** Writes the batches to the last segment, synced as one. For readers they are not there yet. */
export async function writeBatches(
  state: PartitionState,
  services: StorageServices,
  round: readonly PlacedBatch[],
  { position, isAlone }: WritePlace,
): Promise<void> {
  const { writtenFiles, clock } = services
  for (const { batch } of isAlone ? round.slice(1) : round)
    batch.bytes.writeInt32BE(sharedSyncEpoch, batchField.leaderEpoch)
  await writtenFiles.use(activeSegment(state).path, async (file) => {
    const started = clock.monotonic()
    const buffers = round.map(({ batch }) => batch.bytes)
    const bytes = joined(buffers)
    await file.write(bytes, position)
    // Megabytes, many times a second: they would not wait for the collector.
    if (bytes !== buffers) for (const { buffer } of bytes) (buffer as ArrayBuffer).transfer(0)
    services.onSync?.((clock.monotonic() - started) / 1000)
  })
}

/** What was written is durable, and all before it: from now on it is there for readers. */
export function publishBatches(state: PartitionState, { clock }: StorageServices, round: readonly PlacedBatch[]): void {
  const segment = activeSegment(state)
  segment.filledSince ??= clock.now()
  for (const { batch, baseOffset } of round) {
    segment.index!.add(baseOffset, segment.size, batch.header.maxTimestamp)
    segment.size += batch.bytes.length
    segment.endOffset = baseOffset + batch.header.lastOffsetDelta + 1
  }
  if (segment.times.maxTimestamp < 0) segment.writtenAt = clock.now()
  state.endOffset = segment.endOffset
  segment.aborted.push(...state.producers.durable(state.endOffset))
}

/** Nothing more is written to the last segment: a new one begins. */
export async function sealSegment(state: PartitionState, services: StorageServices): Promise<void> {
  const { files, writtenFiles, segmentIndexes } = services
  const old = activeSegment(state)
  await saveIndex(files, old)
  segmentIndexes.isSaved(old)
  await saveProducers(state, services)
  state.segments.push(await createSegment(files, state.folder, state.endOffset, state.settings.indexIntervalBytes()))
  // All of it that counts was synced.
  await writtenFiles.forget(old.path)
}

/** After a write that failed: the file ends at the last good sync, and is not written to again. */
export async function leaveBrokenSegment(state: PartitionState, services: StorageServices): Promise<void> {
  const { files, writtenFiles, logger } = services
  const old = activeSegment(state)
  // Best effort: recovery cuts off what lies beyond the next segment's base.
  await writtenFiles.use(old.path, (file) => file.truncate(old.size)).catch(() => undefined)
  await writtenFiles.forget(old.path)
  const fresh = await createSegment(files, state.folder, state.endOffset, state.settings.indexIntervalBytes())
  if (old.size === 0) state.segments.pop()
  state.segments.push(fresh)
  state.broken = undefined
  logger.info({ partition: state.name, offset: state.endOffset }, 'the log takes records again')
}

function joined(buffers: Buffer[]): Buffer[] {
  const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
  return buffers.length > 1 && bytes / buffers.length <= joinedBytesMax ? [copied(buffers, bytes)] : buffers
}

/** In memory of its own. */
function copied(buffers: readonly Buffer[], bytes: number): Buffer {
  const all = Buffer.allocUnsafeSlow(bytes)
  let at = 0
  for (const buffer of buffers) at += buffer.copy(all, at)
  return all
}
