import { WeirError } from '../../kernel/errors/weir-error.ts'
import { duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { nestedNames } from './nested-names.ts'
import { defaultOf } from './initial-default.ts'
import { ownColumnsSql } from './own-columns.ts'
import { fileColumns } from './read-footer.ts'
import { presentValue, readType, wasRenamed } from './nested-sql.ts'

/**
 * SELECT over Parquet files that resolves columns by field id, as Iceberg asks: a renamed column keeps its values, a
 * column that came later is null in older files, a widened type is cast. Without files it answers no rows, typed.
 * `paths` are what DuckDB can open (`ObjectStore.localPath`); `schemas` are all that the table keeps, so that fields inside
 * structs are found in files from before they were renamed.
 */
export function scanSql(schema: Schema, paths: readonly string[], schemas: readonly Schema[] = [schema]): string {
  if (paths.length === 0) {
    const empty = schema.fields.map(({ name, type }) => `CAST(NULL AS ${duckdbType(type)}) AS ${identifier(name)}`)
    return `SELECT ${empty.join(', ')} WHERE false`
  }
  if (!isToldByNames(schema, schemas)) {
    const files = paths.map((path) => ({ path, columns: fileColumns(path) }))
    const items = schema.fields.map(({ id, name }) => `c${id} AS ${identifier(name)}`)
    return `SELECT ${items.join(', ')} FROM (${ownColumnsSql(schema.fields, files)})`
  }
  const columns = columnsOf(schema, schemas)
  const files = paths.map(literal).join(', ')
  const items = columns.map(({ item }) => item)
  const read = columns.map(({ source }) => source)
  return `SELECT ${items.join(', ')} FROM read_parquet([${files}], schema = MAP {${read.join(', ')}})`
}

/**
 * For each column how it is read from a file, under a name that may be another than its own, and what is made of it. `WEIR-4013`
 * where names inside it do not tell (`isToldByNames`).
 */
export function columnsOf(
  schema: Schema,
  schemas: readonly Schema[],
  readName: (field: Field) => string = ({ name }) => name,
): readonly { readonly source: string; readonly value: string; readonly item: string }[] {
  const names = nestedNames([...schemas, schema])
  return schema.fields.map((field) => {
    const { id, name, type } = field
    if (hasNestedDefault(type) || names.reused(id, type))
      throw new WeirError(
        'WEIR-4013',
        `${name} holds a field with a default, or a name that two fields had: it is not read here`,
      )
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

/** Whether names tell which field is which inside structs, for DuckDB goes by them there, and fills what a file lacks with nulls. */
export function isToldByNames(schema: Schema, schemas: readonly Schema[]): boolean {
  const names = nestedNames([...schemas, schema])
  return schema.fields.every(({ id, type }) => !hasNestedDefault(type) && !names.reused(id, type))
}

function hasNestedDefault(type: IcebergType): boolean {
  if (typeof type === 'string') return false
  if (type.type === 'list') return hasNestedDefault(type.element)
  if (type.type === 'map') return hasNestedDefault(type.value)
  return type.fields.some((field) => field['initial-default'] != null || hasNestedDefault(field.type))
}
