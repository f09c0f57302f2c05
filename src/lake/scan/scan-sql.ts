import { WeirError } from '../../kernel/errors/weir-error.ts'
import { duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { nestedNames } from './nested-names.ts'
import { presentValue, readType, wasRenamed } from './nested-sql.ts'

/**
 * SELECT over Parquet files that resolves columns by field id, as Iceberg asks: a renamed column keeps its values, a
 * column that came later is null in older files, a widened type is cast. Without files it answers no rows, typed.
 * `paths` are what DuckDB can open (`ObjectStore.localPath`); `schemas` are all that the table keeps, so that fields inside
 * structs are found in files from before they were renamed. `WEIR-4013` for what cannot be read exactly.
 */
export function scanSql(schema: Schema, paths: readonly string[], schemas: readonly Schema[] = [schema]): string {
  if (paths.length === 0) {
    const empty = schema.fields.map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${identifier(name)}`)
    return `SELECT ${empty.join(', ')} WHERE false`
  }
  const columns = columnsOf(schema, schemas)
  const files = paths.map(literal).join(', ')
  const items = columns.map(({ item }) => item)
  const read = columns.map(({ source }) => source)
  return `SELECT ${items.join(', ')} FROM read_parquet([${files}], schema = MAP {${read.join(', ')}})`
}

/** For each column how it is read from a file, under a name that may be another than its own, and what is made of it. */
export function columnsOf(
  schema: Schema,
  schemas: readonly Schema[],
  readName: (field: Field) => string = ({ name }) => name,
): readonly { readonly source: string; readonly value: string; readonly item: string }[] {
  const names = nestedNames([...schemas, schema])
  return schema.fields.map((field) => {
    const { id, name, type } = field
    refuseNestedDefaults(type, name)
    const [quoted, own] = [identifier(readName(field)), identifier(name)]
    const renamed = wasRenamed(id, type, names)
    const read = renamed ? readType(id, type, names) : duckdbType(type)
    const value = renamed ? presentValue(type, names, quoted) : quoted
    return {
      source: `${id}: {'name': ${literal(readName(field))}, 'type': ${literal(read)}, 'default_value': ${defaultOf(field)}}`,
      value,
      item: value === own ? own : `${value} AS ${own}`,
    }
  })
}

/** What rows of older files have in a column that came with a default (format version 3). */
function defaultOf({ type, 'initial-default': value }: Field): string {
  if (value === undefined || value === null) return 'NULL'
  // Bytes are hexadecimal digits in JSON, and `\xAB` in DuckDB.
  if (typeof value === 'string' && /^(binary|fixed)/.test(type as string))
    return literal(value.replaceAll(/../g, String.raw`\x$&`))
  if (typeof value === 'number' || typeof value === 'bigint') return literal(String(value))
  if (typeof value === 'boolean') return literal(value ? 'true' : 'false')
  return typeof value === 'string' ? literal(value) : 'NULL'
}

/** DuckDB fills what a file lacks inside a struct with nulls only. */
function refuseNestedDefaults(type: IcebergType, column: string): void {
  if (typeof type === 'string') return
  if (type.type === 'list') return refuseNestedDefaults(type.element, column)
  if (type.type === 'map') return refuseNestedDefaults(type.value, column)
  for (const field of type.fields) {
    if (field['initial-default'] != null)
      throw new WeirError(
        'WEIR-4013',
        `The field ${field.name} inside the column ${column} has a default for older rows, which cannot be read there`,
      )
    refuseNestedDefaults(field.type, column)
  }
}
