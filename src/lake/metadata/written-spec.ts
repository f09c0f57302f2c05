import { WeirError } from '../../kernel/errors/weir-error.ts'
import { fieldsById } from '../types/schema.ts'
import { specById, tableSchema } from './read.ts'
import type { PartitionField, PartitionSpec, TableMetadata } from './table-metadata.ts'
import { isKnownTransform } from './transform.ts'

/**
 * The spec of files or manifests that are to be written. `WEIR-4012` when it has a transform that Weir does not know, or one of several
 * columns: their rows are read, and which partition a row is of cannot be told (specification, partition transforms).
 */
export function writtenSpec(metadata: TableMetadata, id: number): PartitionSpec {
  const spec = specById(metadata, id)
  const field = spec.fields.find(isUnknown)
  if (field === undefined) return spec
  throw new WeirError(
    'WEIR-4012',
    `The table at ${metadata.location} is partitioned by ${field.name}, the transform ${field.transform} of ${columnsOf(field, metadata)}, which Weir does not know: its rows are read, and files of this partition spec are not written. Write it with the engine that made it, or give it another partition spec`,
  )
}

/** Whether Weir writes nothing under the spec: neither files nor their manifests. */
export function hasUnknownTransform({ fields }: PartitionSpec): boolean {
  return fields.some(isUnknown)
}

function isUnknown({ transform, 'source-id': source }: PartitionField): boolean {
  return transform !== 'void' && (source === undefined || !isKnownTransform(transform))
}

function columnsOf({ 'source-id': one, 'source-ids': many = [] }: PartitionField, metadata: TableMetadata): string {
  const known = fieldsById(tableSchema(metadata).fields)
  const ids = one === undefined ? many : [one]
  return ids.map((id) => known.get(id)?.path.join('.') ?? `column ${id}`).join(' and ')
}
