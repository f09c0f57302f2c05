import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../../record/schema/primitive.ts'
import type { PartitionValue } from '../../manifest/data-file.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import { valueOfText } from '../../types/single-value.ts'
import { valueText } from '../../types/value-text.ts'
import { isDelta } from './delta-table.ts'

/**
 * A partition's value as the log has it (Delta protocol, "Partition Value Serialization"). `WEIR-4027` for the empty text, which Delta
 * reads as null, and for bytes.
 */
export function partitionText(type: string, value: PartitionValue, column: string): string | null {
  if (value === null) return null
  const { name } = primitiveOf(type)
  if (value === '')
    throw new WeirError(
      'WEIR-4027',
      `the partition column ${column} has the empty text, which Delta reads as null; write null, or do not partition by it`,
    )
  if (name === 'float' || name === 'double') return doubleText(value as number)
  return valueText(type, value)
}

/** As Java prints and reads them. */
function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Columns of a Delta table that partition it by text: the empty one would be read as null. None of other tables. */
export function filledColumns(metadata: TableMetadata): ReadonlySet<string> {
  if (!isDelta(metadata)) return new Set()
  const sources = new Set(specById(metadata, metadata['default-spec-id']).fields.map((field) => field['source-id']))
  const found = tableSchema(metadata).fields.filter(({ id, type }) => sources.has(id) && type === 'string')
  return new Set(found.map(({ name }) => name))
}

/** The other way round. Moments without an offset are in UTC. */
export function partitionValue(type: string, text: string | null | undefined): PartitionValue {
  if (text === null || text === undefined || text === '') return null
  return valueOfText(type, /^timestamp/.test(type) ? text.replace(/Z$/, '+00') : text)
}
