import { WeirError } from '../../kernel/errors/weir-error.ts'
import { duckdbType, identifier, literal } from '../types/duckdb-type.ts'
import type { Field, IcebergType, Schema } from '../types/type.ts'
import { nestedNames } from './nested-names.ts'
import { defaultOf } from './initial-default.ts'
import { presentValue, readType, wasRenamed } from './nested-sql.ts'

/**
 * For each column how DuckDB finds it by field id, whatever a file calls it, read under a name that may be another than its own; and what
 * is made of it. `WEIR-4013` where names inside it do not tell (`isToldByNames`).
 */
export function columnsOf(
  schema: Schema,
  schemas: readonly Schema[],
  readName: (field: Field) => string,
): readonly { readonly source: string; readonly value: string }[] {
  const names = nestedNames([...schemas, schema])
  return schema.fields.map((field) => {
    const { id, name, type } = field
    if (hasNestedDefault(type) || names.reused(id, type))
      throw new WeirError(
        'WEIR-4013',
        `${name} holds a field with a default, or a name that two fields had: it is not read here`,
      )
    const quoted = identifier(readName(field))
    const renamed = wasRenamed(id, type, names)
    const read = renamed ? readType(id, type, names) : duckdbType(type)
    return {
      source: `${id}: {'name': ${literal(readName(field))}, 'type': ${literal(read)}, 'default_value': ${defaultOf(field)}}`,
      value: renamed ? presentValue(type, names, quoted) : quoted,
    }
  })
}

/**
 * SELECT of `c` and the id of each field, where DuckDB finds the columns of each file by their ids, of which it wants nothing else known; `isNumbered`
 * adds `weir_file` and `file_row_number`.
 */
export function byIdsSql(
  schema: Schema,
  files: readonly string[],
  schemas: readonly Schema[],
  isNumbered: boolean,
): string {
  const columns = columnsOf(schema, schemas, ({ id }) => `c${id}`)
  const items = columns.map(({ value }, at) => `${value} AS c${schema.fields[at]!.id}`)
  const sources = columns.map(({ source }) => source).join(', ')
  const numbers = isNumbered ? `, filename = 'weir_file', file_row_number = true` : ''
  const all = isNumbered ? [...items, 'weir_file', 'file_row_number'] : items
  return `SELECT ${all.join(', ')} FROM read_parquet([${files.map(literal).join(', ')}], schema = MAP {${sources}}${numbers})`
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
