import { writeDefaultSql } from '../../lake/types/default-value.ts'
import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import type { Field, IcebergType } from '../../lake/types/type.ts'
import { prefixColumns } from '../../record/json/line-prefix.ts'
import { objectBytesFor } from '../../record/json/object-bytes.ts'
import type { RecordField, RecordSchema } from '../../record/json/record-schema.ts'
import { deletedField, type DeleteRule } from '../keys/table-key.ts'

/**
 * A SELECT of the table's columns, Weir's four included, over a file of lines as `JsonLines` makes them. Nothing is left to
 * DuckDB to detect: the scanner has accepted only what these types read without a change. With a rule of deletes there is a
 * column `_deleted` besides. Columns whose names begin with `_` are of no record: they have their default.
 */
export function readLinesText(
  schema: RecordSchema,
  path: string,
  longestLine: number,
  source: string,
  deletes?: DeleteRule,
): string {
  const own = schema.fields.filter(({ name }) => !name.startsWith('_'))
  const { offset, timestamp, partition, deleted } = prefixColumns
  const field = deletes?.marker?.field
  const beside = field === undefined || own.some(({ name }) => name === field) ? [] : [`${literal(field)}: 'VARCHAR'`]
  const columns = [
    `${literal(offset)}: 'BIGINT', ${literal(timestamp)}: 'BIGINT', ${literal(partition)}: 'INTEGER'`,
    ...(deletes ? [`${literal(deleted)}: 'BOOLEAN'`, ...beside] : []),
    ...own.map((field) => `${literal(field.name)}: ${literal(isBytes(field) ? 'VARCHAR' : typeOf(field))}`),
  ]
  const options = [
    `format = 'newline_delimited', auto_detect = false, compression = 'uncompressed'`,
    `maximum_object_size = ${objectBytesFor(longestLine)}`,
    `columns = {${columns.join(', ')}}`,
  ]
  const items = schema.fields.map((one) => itemOf(one, source))
  if (deletes) items.push(deletedItem(deletes))
  return `SELECT ${items.join(', ')} FROM read_json(${literal(path)}, ${options.join(', ')})`
}

function deletedItem({ marker }: DeleteRule): string {
  const byMarker = marker
    ? `coalesce(CAST(${identifier(marker.field)} AS VARCHAR) = ${literal(marker.value)}, false)`
    : 'false'
  return `(coalesce(${identifier(prefixColumns.deleted)}, false) OR ${byMarker}) AS ${deletedField.name}`
}

function itemOf(field: RecordField, source: string): string {
  const { offset, timestamp, partition } = prefixColumns
  const name = identifier(field.name)
  switch (field.name) {
    case '_source':
      return `${literal(source)} AS _source`
    case '_source_partition':
      return `${identifier(partition)} AS _source_partition`
    case '_offset':
      return `${identifier(offset)} AS _offset`
    case '_timestamp':
      // A record without a time has -1. Adding an interval instead would ask ICU's calendar for each row.
      return `CASE WHEN ${timestamp} >= 0 THEN make_timestamptz(${timestamp} * 1000) END AS _timestamp`
    default:
      if (field.name.startsWith('_'))
        return `${writeDefaultSql(field as Field) ?? `CAST(NULL AS ${typeOf(field)})`} AS ${name}`
      return isBytes(field) ? `from_base64(${name}) AS ${name}` : name
  }
}

function isBytes({ type }: RecordField): boolean {
  return typeof type === 'string' && type === 'binary'
}

function typeOf({ type }: RecordField): string {
  return duckdbType(type as IcebergType)
}
