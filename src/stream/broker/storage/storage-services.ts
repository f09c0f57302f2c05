import type { Clock } from '../../../kernel/clock.ts'
import type { Files } from '../../../kernel/files/files.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { createSegmentFiles, type SegmentFiles } from './segment-files.ts'
import { createSegmentIndexes, type SegmentIndexes } from './segment-indexes.ts'

/** What the storage of partitions needs from outside. */
export interface StoragePorts {
  readonly files: Files
  readonly clock: Clock
  readonly logger: Logger
  /** Told how long each fdatasync took, in seconds. */
  onSync?(seconds: number): void
}

/** Bounds of what all partitions share. */
export interface StorageLimits {
  /** So many files of segments stay open for the next reader. */
  readonly segmentsOpenMax: number
  /** So many partitions keep the file open that they write to, those that were written to last. */
  readonly writtenFilesOpenMax: number
  /** Memory for the indexes of segments that are not written to any more. */
  readonly indexBytesMax: number
  /** What waits to be written begins beside the writes that run when it is so much; less waits for them and shares a sync. */
  readonly overlapBytesMin: number
}

export interface StorageServices extends StoragePorts {
  readonly overlapBytesMin: number
  /** For readers. */
  readonly segmentFiles: SegmentFiles
  /** For the partitions' writers: each has one file that it writes to. */
  readonly writtenFiles: SegmentFiles
  readonly segmentIndexes: SegmentIndexes
}

export function createStorage(ports: StoragePorts, limits: StorageLimits): StorageServices {
  const { files } = ports
  const segmentFiles = createSegmentFiles(files, limits.segmentsOpenMax)
  return {
    ...ports,
    overlapBytesMin: limits.overlapBytesMin,
    segmentFiles,
    writtenFiles: createSegmentFiles(files, limits.writtenFilesOpenMax, 'durable'),
    segmentIndexes: createSegmentIndexes(files, segmentFiles, limits.indexBytesMax),
  }
}
