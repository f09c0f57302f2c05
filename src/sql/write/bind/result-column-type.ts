import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId as Id,
} from '@duckdb/node-api'
import { sqlError } from '../../sql-error.ts'

const scalars: Readonly<Partial<Record<Id, string>>> = {
  [Id.BOOLEAN]: 'boolean',
  [Id.TINYINT]: 'int',
  [Id.UTINYINT]: 'int',
  [Id.SMALLINT]: 'int',
  [Id.USMALLINT]: 'int',
  [Id.INTEGER]: 'int',
  [Id.UINTEGER]: 'long',
  [Id.BIGINT]: 'long',
  [Id.UBIGINT]: 'decimal(20, 0)',
  [Id.HUGEINT]: 'decimal(38, 0)',
  [Id.FLOAT]: 'float',
  [Id.DOUBLE]: 'double',
  [Id.VARCHAR]: 'string',
  [Id.ENUM]: 'string',
  [Id.SQLNULL]: 'string',
  [Id.BLOB]: 'binary',
  [Id.DATE]: 'date',
  [Id.TIME]: 'time',
  [Id.TIMESTAMP]: 'timestamp',
  [Id.TIMESTAMP_S]: 'timestamp',
  [Id.TIMESTAMP_MS]: 'timestamp',
  [Id.TIMESTAMP_TZ]: 'timestamptz',
  [Id.UUID]: 'uuid',
}

/** The Iceberg type of a column that a query makes. SQLSTATE 42P16 for a type that tables cannot have. */
export function resultColumnType(type: DuckDBType, column: string): string {
  const inner = (part: DuckDBType): string => resultColumnType(part, column)
  if (type instanceof DuckDBDecimalType) return `decimal(${type.width}, ${type.scale})`
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) return `list<${inner(type.valueType)}>`
  if (type instanceof DuckDBMapType) return `map<${inner(type.keyType)}, ${inner(type.valueType)}>`
  if (type instanceof DuckDBStructType) {
    const fields = type.entryNames.map((name, at) => `"${name.replaceAll('"', '""')}": ${inner(type.entryTypes[at]!)}`)
    return `struct<${fields.join(', ')}>`
  }
  const found = scalars[type.typeId]
  if (found) return found
  throw sqlError('WEIR-6002', `column "${column}" is ${type.toString()}, which no table can have`, {
    sqlstate: '42P16',
    hint: 'Cast it to another type in the query.',
  })
}
