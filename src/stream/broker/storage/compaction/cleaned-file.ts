import type { OpenFile } from '../../../../kernel/files/files.ts'
import { saveIndex } from '../index-file.ts'
import type { AbortedTransaction } from '../open-transactions.ts'
import type { PartitionState } from '../partition-state.ts'
import { segmentNameOf, segmentPath, type Segment } from '../segment.ts'
import { removeIfThere } from '../small-file.ts'
import { SparseIndex } from '../sparse-index.ts'
import type { StorageServices } from '../storage-services.ts'
import type { CoveringBatch } from './cover-offsets.ts'
import type { Pace } from './pace.ts'

const bufferBytes = 1024 * 1024

/** A segment that is written anew beside those that it is to replace. */
export interface CleanedFile {
  write(batch: CoveringBatch): Promise<void>
  /** Durable under its name when it resolves; from then on it counts for the next start. */
  finish(endOffset: number, aborted: readonly AbortedTransaction[]): Promise<Segment>
  /** Nothing of it is left. */
  discard(): Promise<void>
}

export async function createCleanedFile(
  state: PartitionState,
  { files, clock }: StorageServices,
  first: Segment,
  pace: Pace,
): Promise<CleanedFile> {
  const { number } = segmentNameOf(first.path.slice(state.folder.length + 1))!
  const path = segmentPath(state.folder, first.baseOffset, number + 1)
  const unfinished = `${path}.new`
  await removeIfThere(files, unfinished)
  const file: OpenFile = await files.open(unfinished, 'write')
  const index = new SparseIndex(state.settings.indexIntervalBytes())
  let buffers: Buffer[] = []
  let buffered = 0
  let written = 0

  async function flush(): Promise<void> {
    const [taken, at] = [buffers, written]
    written += buffered
    buffers = []
    buffered = 0
    await file.write(taken, at)
    await pace.spend(written - at)
  }

  return {
    async write({ bytes, baseOffset, maxTimestamp }) {
      index.add(baseOffset, written + buffered, maxTimestamp)
      buffers.push(bytes)
      buffered += bytes.length
      if (buffered >= bufferBytes) await flush()
    },
    async finish(endOffset, aborted) {
      await flush()
      await file.sync()
      await file.close()
      const { baseOffset } = first
      const found = { baseOffset, path, start: 0, times: index, index, endOffset, size: written }
      const segment: Segment = { ...found, aborted: [...aborted], writtenAt: clock.now() }
      // Before the name: a start that finds the one finds the other.
      await saveIndex(files, segment)
      await files.rename(unfinished, path)
      await files.syncDirectory(state.folder)
      return segment
    },
    async discard() {
      await file.close().catch(() => undefined)
      await removeIfThere(files, unfinished)
    },
  }
}
