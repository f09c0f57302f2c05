import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { primitiveOf } from '../../../record/schema/primitive.ts'
import type { Field, IcebergType } from '../../types/type.ts'

type DeltaJson = string | Readonly<Record<string, unknown>>

/** The columns as the log's `schemaString` has them (Delta protocol, "Schema Serialization Format"). `WEIR-4027` for a type that Delta has none for. */
export function schemaString(fields: readonly Field[]): string {
  return JSON.stringify(structOf(fields, ''))
}

/** Whether a column, at any depth, is a time without a zone: readers and writers must know of those. */
export function hasLocalTime(fields: readonly Field[]): boolean {
  return schemaString(fields).includes('"timestamp_ntz"')
}

function structOf(fields: readonly Field[], path: string): DeltaJson {
  const inside = fields.map(({ name, type, required, doc }) => ({
    name,
    type: typeOf(type, path === '' ? name : `${path}.${name}`),
    nullable: !required,
    metadata: doc === undefined ? {} : { comment: doc },
  }))
  return { type: 'struct', fields: inside }
}

function typeOf(type: IcebergType, path: string): DeltaJson {
  if (typeof type === 'string') return primitive(type, path)
  if (type.type === 'struct') return structOf(type.fields, path)
  if (type.type === 'list')
    return { type: 'array', elementType: typeOf(type.element, path), containsNull: !type['element-required'] }
  return {
    type: 'map',
    keyType: typeOf(type.key, path),
    valueType: typeOf(type.value, path),
    valueContainsNull: !type['value-required'],
  }
}

const primitives: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int: 'integer',
  long: 'long',
  float: 'float',
  double: 'double',
  string: 'string',
  binary: 'binary',
  date: 'date',
  timestamptz: 'timestamp',
  timestamp: 'timestamp_ntz',
}

/** In words of what a declaration can say instead. */
const instead: Readonly<Record<string, string>> = {
  uuid: 'string',
  time: 'string, or long',
  fixed: 'binary',
  timestamp_ns: 'timestamp',
  timestamptz_ns: 'timestamptz',
}

function primitive(type: string, path: string): string {
  const { name } = primitiveOf(type)
  if (name === 'decimal') return type.replaceAll(' ', '')
  const found = primitives[name]
  if (found !== undefined) return found
  throw new WeirError(
    'WEIR-4027',
    `the column ${path} is ${type}, which Delta has no type for; declare it as ${instead[name] ?? 'string'}`,
  )
}
