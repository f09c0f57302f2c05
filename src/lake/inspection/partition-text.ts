import type { PartitionValue } from '../manifest/data-file.ts'
import { specById, tableSchema } from '../metadata/read.ts'
import type { PartitionField, TableMetadata } from '../metadata/table-metadata.ts'
import { isKnownTransform, takeApart } from '../metadata/transform.ts'
import type { IcebergType } from '../types/type.ts'
import { dateText, valueText } from '../types/value-text.ts'
import { leafColumns } from '../types/columns-of.ts'

/** Prints partition tuples of any spec of a table as other engines do: `ts_day=2026-11-29/region=eu`; empty without partitions. */
export function partitionPrinter(metadata: TableMetadata): PartitionPrinter {
  const types = sourceTypes(metadata)
  const specs = new Map<number, readonly PartitionField[]>()
  return (specId, partition) => {
    const fields = specs.get(specId) ?? specById(metadata, specId).fields
    specs.set(specId, fields)
    return fields
      .map((field, at) => {
        const value = partition[at] ?? null
        const text = fieldText(field, types.get(field['source-id']), value)
        return `${field.name}=${value === null ? text : escaped(text)}`
      })
      .join('/')
  }
}

export type PartitionPrinter = (specId: number, partition: readonly PartitionValue[]) => string

/** A spec that is kept may be of a column that the present schema has no more; what was widened counts as it is now. */
function sourceTypes(metadata: TableMetadata): ReadonlyMap<number, IcebergType> {
  const schemas = [...metadata.schemas, tableSchema(metadata)]
  return new Map(schemas.flatMap((schema) => leafColumns(schema).map(({ id, type }) => [id, type])))
}

/** Specification, partition transforms: what a value of each counts. */
function fieldText({ transform }: PartitionField, source: IcebergType | undefined, value: PartitionValue): string {
  if (value === null) return 'null'
  // Of a transform that is not known the value is what it is.
  if (!isKnownTransform(transform) || source === undefined) return plainText(value)
  const [name] = takeApart(transform)
  switch (name) {
    case 'year':
      return String(1970 + Number(value))
    case 'month':
      return monthText(Number(value))
    case 'day':
      return dateText(BigInt(value as number))
    case 'hour': {
      const day = Math.floor(Number(value) / 24)
      return `${dateText(BigInt(day))}-${String(Number(value) - day * 24).padStart(2, '0')}`
    }
    case 'bucket':
      return String(value)
    default:
      return typeof source === 'string' ? valueText(source, value) : plainText(value)
  }
}

function plainText(value: Exclude<PartitionValue, null>): string {
  return Buffer.isBuffer(value) ? valueText('binary', value) : String(value)
}

/** So that no value looks like two, or like none. */
function escaped(text: string): string {
  return text === 'null' ? '%6Eull' : text.replaceAll(/[%/=]/g, encodeURIComponent)
}

function monthText(months: number): string {
  const year = Math.floor(months / 12)
  return `${1970 + year}-${String(months - year * 12 + 1).padStart(2, '0')}`
}
