import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PartitionValue } from '../manifest/data-file.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { compareValues } from '../types/single-value.ts'
import { deletedPathId } from './deleted-fields.ts'
import type { Scan, ScannedFile } from './plan-scan.ts'

/** A data file and the deletes that may touch rows of it; most have none. */
export interface FileWithDeletes {
  readonly file: ScannedFile
  /** Files of position deletes, or the one vector. */
  readonly deletes: readonly ScannedFile[]
  /** Files of deletes by the values of columns (equality deletes). */
  readonly byValue: readonly ScannedFile[]
}

export function hasDeletes({ deletes, byValue }: FileWithDeletes): boolean {
  return deletes.length > 0 || byValue.length > 0
}

/**
 * Which deletes may touch which file (specification, scan planning): positions of its partition, written with it or after it; values
 * of its partition or of an unpartitioned spec, written after it. `WEIR-4014` for deletes in other formats than Parquet, Avro and Puffin;
 * `WEIR-4008` for two vectors of one file.
 */
export function applicableDeletes({ dataFiles, deleteFiles, specs = [] }: Scan): readonly FileWithDeletes[] {
  for (const file of deleteFiles) refuseOther(file)
  const [values, positions] = [deleteFiles.filter(isByValue), deleteFiles.filter((file) => !isByValue(file))]
  const partitioned = new Set(specs.filter(isPartitioned).map((spec) => spec['spec-id']))
  const global = values.filter(
    ({ specId, partition }) => !partitioned.has(specId) && partition.every((one) => one === null),
  )
  const [positionsIn, valuesIn] = [positions, values.filter((file) => !global.includes(file))].map((files) =>
    Map.groupBy(files, partitionKey),
  )
  return dataFiles.map((file) => {
    const key = partitionKey(file)
    return {
      file,
      deletes: vectorAlone((positionsIn!.get(key) ?? []).filter((deletes) => mayName(deletes, file))),
      byValue: [...(valuesIn!.get(key) ?? []), ...global].filter((one) => one.sequenceNumber > file.sequenceNumber),
    }
  })
}

function isByValue({ content }: ScannedFile): boolean {
  return content === 'equality-deletes'
}

/** A spec whose fields have all become void parts nothing any more. */
function isPartitioned({ fields }: PartitionSpec): boolean {
  return fields.some(({ transform }) => transform !== 'void')
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

function refuseOther({ content, equalityIds = [], format, location, ...read }: ScannedFile): void {
  if (content === 'equality-deletes' && equalityIds.length === 0)
    throw new WeirError(
      'WEIR-4008',
      `${location} deletes rows by their values, and its manifest does not say of which columns`,
    )
  const isRead = (read.deleted ?? read.positions ?? read.values) !== undefined
  if (format !== 'PARQUET' && !isRead)
    throw new WeirError('WEIR-4014', `${location} holds deletes as ${format}, which is not read here`)
}

export function partitionKey({ specId, partition }: Pick<ScannedFile, 'specId' | 'partition'>): string {
  return JSON.stringify([specId, ...partition.map(printed)])
}

function printed(value: PartitionValue): string | null {
  if (value === null) return null
  return Buffer.isBuffer(value) ? value.toString('hex') : `${typeof value} ${String(value)}`
}
