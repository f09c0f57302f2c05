import type { Files } from '../../../kernel/files/files.ts'
import { batchHeadIn, readBatchHead, readExactly } from './batch-head.ts'
import { batchHeaderBytes } from '../../protocol/records/batch-header.ts'
import { loadIndex } from './index-file.ts'
import type { SegmentFiles } from './segment-files.ts'
import type { Segment } from './segment.ts'
import { indexIntervalDefault, SparseIndex } from './sparse-index.ts'

/** Indexes of sealed segments, in memory while they are used. Shared by all partitions. */
export interface SegmentIndexes {
  /** From memory, or from its file, or made again from the segment. */
  of(segment: Segment): Promise<SparseIndex>
  /** The segment's index lies in a file now: its memory may be given away. */
  isSaved(segment: Segment): void
  /** The segment is gone, or closed. */
  forget(segment: Segment): void
}

const chunkBytes = 1024 * 1024

/** Keeps as many as fit `bytesMax`, those that were used last. */
export function createSegmentIndexes(files: Files, segmentFiles: SegmentFiles, bytesMax: number): SegmentIndexes {
  /** In the order of last use, with the bytes that each takes. */
  const kept = new Map<Segment, number>()
  const loading = new Map<Segment, Promise<SparseIndex>>()
  let bytes = 0

  function keep(segment: Segment, index: SparseIndex): void {
    forget(segment)
    segment.index = index
    kept.set(segment, index.byteLength)
    bytes += index.byteLength
    for (const [oldest] of kept) {
      if (bytes <= bytesMax || oldest === segment) break
      forget(oldest)
      oldest.index = undefined
    }
  }

  function forget(segment: Segment): void {
    bytes -= kept.get(segment) ?? 0
    kept.delete(segment)
  }

  async function load(segment: Segment): Promise<SparseIndex> {
    const index = (await loadIndex(files, segment, indexIntervalDefault)) ?? (await walk(segmentFiles, segment))
    keep(segment, index)
    return index
  }

  return {
    async of(segment) {
      const { index } = segment
      if (!index) {
        const started = loading.get(segment) ?? load(segment).finally(() => loading.delete(segment))
        loading.set(segment, started)
        return started
      }
      const size = kept.get(segment)
      if (size !== undefined) {
        kept.delete(segment)
        kept.set(segment, size)
      }
      return index
    },
    isSaved(segment) {
      if (segment.index) keep(segment, segment.index)
    },
    forget,
  }
}

/** From the heads of the batches; checksums are the readers'. */
async function walk(segmentFiles: SegmentFiles, segment: Segment): Promise<SparseIndex> {
  const index = new SparseIndex()
  await segmentFiles.use(segment.path, async (file) => {
    let chunk: Buffer = Buffer.alloc(0)
    let chunkAt = segment.start
    for (let at = segment.start; at < segment.size;) {
      if (at + batchHeaderBytes > chunkAt + chunk.length) {
        await readBatchHead(file, segment, at)
        chunk = await readExactly(file, segment, at, Math.min(chunkBytes, segment.size - at))
        chunkAt = at
      }
      const head = batchHeadIn(segment, chunk, at - chunkAt, at)
      index.add(head.baseOffset, at, head.maxTimestamp)
      at += head.byteLength
    }
  })
  return index
}
