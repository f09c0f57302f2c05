import type { BatchHeader } from '../../protocol/records/batch-header.ts'

/** A batch that was found to be whole. */
export interface CheckedBatch {
  readonly bytes: Buffer
  readonly header: BatchHeader
}
