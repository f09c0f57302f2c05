import type { CheckedBatch } from './check-batches.ts'
import { indexPath, saveIndex } from './index-file.ts'
import { openPartition, type PartitionCheckpoint } from './open-partition.ts'
import { findByTime, findLatestTime, readBatches, type TimedOffset } from './partition-reader.ts'
import { activeSegment, type PartitionState, type StorageServices } from './partition-state.ts'
import { createWriter, storageRefusal } from './partition-writer.ts'
import { writeJson } from './small-file.ts'

/** One partition: a log of batches in files. Offsets are numbers, exact to 2^53. */
export interface PartitionLog {
  readonly startOffset: number
  /** One beyond the last durable record; nothing beyond is read. */
  readonly endOffset: number
  readonly bytes: number
  readonly trouble: string | undefined
  /** Places the batch at once and resolves with its base offset when it is durable; a repeated one has its first place. */
  append(batch: CheckedBatch): Promise<number>
  read(offset: number, bytesMax: number, firstWhole: boolean): Promise<Buffer>
  findByTime(timestamp: number): Promise<TimedOffset | undefined>
  findLatestTime(): Promise<TimedOffset | undefined>
  /** Called after each append that became durable, and when the log is closed; returns how to stop that. */
  onChange(listener: () => void): () => void
  roll(): Promise<void>
  /** Moves the start, at most to the end. The caller makes it durable, then calls `removeOutdated`. */
  moveStart(offset: number): number
  /** Ends of segments, oldest first, with size and latest timestamp; for retention. The active one is the last. */
  segments(): readonly { readonly endOffset: number; readonly size: number; readonly maxTimestamp: number }[]
  removeOutdated(): Promise<void>
  close(): Promise<void>
  /** Closes and removes all files. */
  destroy(): Promise<void>
}

export async function openPartitionLog(
  folder: string,
  name: string,
  checkpoint: PartitionCheckpoint,
  services: StorageServices,
  segmentBytes: () => number,
): Promise<PartitionLog> {
  const state = await openPartition(folder, name, checkpoint, services)
  const listeners = new Set<() => void>()
  const onDurable = (): void => {
    for (const listener of listeners) listener()
  }
  const writer = createWriter(state, services, { segmentBytes, onDurable })
  const { files } = services

  async function close(): Promise<void> {
    state.closed = true
    await writer.settled()
    onDurable()
    await Promise.all(state.segments.map(({ file }) => file.close()))
  }

  return {
    get startOffset() {
      return state.startOffset
    },
    get endOffset() {
      return state.endOffset
    },
    get bytes() {
      return state.segments.reduce((sum, { size }) => sum + size, 0)
    },
    get trouble() {
      return troubleOf(state)
    },
    async append(batch) {
      const first = state.producers.repeated(batch.header)
      if (!first) return writer.append(batch)
      // Its first copy may still wait for the disk.
      if (first.lastOffset >= state.endOffset) await writer.settled()
      if (first.lastOffset < state.endOffset) return first.baseOffset
      throw storageRefusal(name, new Error('the first copy of this batch could not be written'))
    },
    read: (offset, bytesMax, firstWhole) => readBatches(state, offset, bytesMax, firstWhole),
    findByTime: (timestamp) => findByTime(state, timestamp),
    findLatestTime: () => findLatestTime(state),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    roll: () => writer.roll(),
    moveStart: (offset) => (state.startOffset = Math.max(state.startOffset, Math.min(offset, state.endOffset))),
    segments: () =>
      state.segments.map(({ endOffset, size, index }) => ({ endOffset, size, maxTimestamp: index.maxTimestamp })),
    async removeOutdated() {
      while (state.segments.length > 1 && state.segments[1]!.baseOffset <= state.startOffset) {
        const [old] = state.segments.splice(0, 1)
        await old!.file.close()
        await removeIfThere(services, indexPath(old!.path))
        await files.remove(old!.path)
      }
    },
    async close() {
      await close()
      if (state.broken) return
      await saveIndex(files, activeSegment(state))
      await writeJson(files, `${folder}/producers.json`, state.producers.snapshot(state.endOffset))
    },
    async destroy() {
      await close()
      for (const name of await files.list(folder)) await files.remove(`${folder}/${name}`)
    },
  }
}

function troubleOf(state: PartitionState): string | undefined {
  if (state.broken) return `cannot write: ${state.broken.message}`
  const damaged = state.segments.filter(({ damagedFrom }) => damagedFrom !== undefined)
  return damaged.length > 0
    ? `damaged: ${damaged.map(({ path, damagedFrom }) => `${path} from offset ${damagedFrom}`).join(', ')}`
    : undefined
}

async function removeIfThere({ files }: StorageServices, path: string): Promise<void> {
  if ((await files.size(path)) !== undefined) await files.remove(path)
}
