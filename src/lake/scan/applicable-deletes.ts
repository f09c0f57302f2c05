import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import { compareValues } from '../types/single-value.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'

/** The field ids of a file of position deletes (Iceberg specification, reserved field ids). */
export const deletedPathId = 2147483546
export const deletedPositionId = 2147483545

/** A data file, and the files of position deletes (or the one vector) that may name rows of it; most have none. */
export interface FileWithDeletes {
  readonly file: ScannedFile
  readonly deletes: readonly ScannedFile[]
}

/**
 * Which deletes may touch which file (specification, scan planning): those of its partition, written with it or after it.
 * `WEIR-4014` for deletes that are neither positions in Parquet nor vectors; `WEIR-4008` for two vectors of one file.
 */
export function applicableDeletes({ dataFiles, deleteFiles }: Scan): readonly FileWithDeletes[] {
  for (const file of deleteFiles) refuseOther(file)
  const byPartition = Map.groupBy(deleteFiles, partitionKey)
  return dataFiles.map((file) => ({
    file,
    deletes: vectorAlone((byPartition.get(partitionKey(file)) ?? []).filter((deletes) => mayName(deletes, file))),
  }))
}

/** A deletion vector holds all that older files of deletes say of its file (specification, scan planning). */
function vectorAlone(deletes: readonly ScannedFile[]): readonly ScannedFile[] {
  const vectors = deletes.filter(({ deleted }) => deleted !== undefined)
  if (vectors.length > 1)
    throw new WeirError(
      'WEIR-4008',
      `${vectors[0]!.referencedDataFile} has ${vectors.length} deletion vectors, in ${vectors.map(({ location }) => location).join(' and ')}`,
    )
  return vectors.length === 1 ? vectors : deletes
}

/** The one file of data that a file of position deletes is of, as far as it says so; many are of one without naming it. */
export function ofDataFile({ content, referencedDataFile, lowerBounds, upperBounds }: ScannedFile): string | undefined {
  if (content !== 'position-deletes' || referencedDataFile !== undefined) return referencedDataFile
  const [lower, upper] = [lowerBounds?.get(deletedPathId), upperBounds?.get(deletedPathId)]
  // A bound that was cut short is no path, and the upper one then differs.
  return lower !== undefined && upper !== undefined && lower.equals(upper) ? lower.toString() : undefined
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

function refuseOther({ content, format, location, deleted }: ScannedFile): void {
  if (content === 'equality-deletes')
    throw new WeirError('WEIR-4014', `${location} deletes rows by their values, which is not applied here`)
  if (format !== 'PARQUET' && deleted === undefined)
    throw new WeirError('WEIR-4014', `${location} holds deletes as ${format}, which is not read here`)
}

export function partitionKey({ specId, partition }: Pick<ScannedFile, 'specId' | 'partition'>): string {
  return JSON.stringify([specId, ...partition.map(printed)])
}

function printed(value: PartitionValue): string | null {
  if (value === null) return null
  return Buffer.isBuffer(value) ? value.toString('hex') : `${typeof value} ${String(value)}`
}
