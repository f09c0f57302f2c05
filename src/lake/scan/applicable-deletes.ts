import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { compareValues } from '../types/single-value.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'

/** The field ids of a file of position deletes (Iceberg specification, reserved field ids). */
export const deletedPathId = 2147483546
export const deletedPositionId = 2147483545

/** A data file, and the files of position deletes that may name rows of it; most have none. */
export interface FileWithDeletes {
  readonly file: ScannedFile
  readonly deletes: readonly ScannedFile[]
}

/**
 * Which deletes may touch which file (specification, scan planning): those of its partition, written with it or after it.
 * `WEIR-4014` for deletes that are not positions in Parquet.
 */
export function applicableDeletes({ dataFiles, deleteFiles }: Scan): readonly FileWithDeletes[] {
  for (const file of deleteFiles) refuseOther(file)
  const byPartition = Map.groupBy(deleteFiles, partitionKey)
  return dataFiles.map((file) => ({
    file,
    deletes: (byPartition.get(partitionKey(file)) ?? []).filter((deletes) => mayName(deletes, file)),
  }))
}

function mayName(deletes: ScannedFile, file: ScannedFile): boolean {
  if (deletes.sequenceNumber < file.sequenceNumber) return false
  if (deletes.referencedDataFile !== undefined) return deletes.referencedDataFile === file.location
  const lower = deletes.lowerBounds?.get(deletedPathId)
  const upper = deletes.upperBounds?.get(deletedPathId)
  return (
    (lower === undefined || compareValues('string', lower.toString(), file.location) <= 0) &&
    (upper === undefined || compareValues('string', upper.toString(), file.location) >= 0)
  )
}

function refuseOther({ content, format, location }: ScannedFile): void {
  if (content === 'equality-deletes')
    throw new WeirError('WEIR-4014', `${location} deletes rows by their values, which is not applied here`)
  if (format !== 'PARQUET')
    throw new WeirError('WEIR-4014', `${location} holds deletes as ${format}, which is not read here`)
}

export function partitionKey({ specId, partition }: ScannedFile): string {
  return JSON.stringify([specId, ...partition.map(printed)])
}

function printed(value: PartitionValue): string | null {
  if (value === null) return null
  return Buffer.isBuffer(value) ? value.toString('hex') : `${typeof value} ${String(value)}`
}
