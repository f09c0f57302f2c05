import {
  type DuckDBType,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  type DuckDBValue,
  LIST,
  MAP,
  STRUCT,
  VARCHAR,
} from '@duckdb/node-api'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { AvroCursor } from '../manifest/avro-cursor.ts'
import type { AvroSchema } from '../manifest/avro-reader.ts'
import { literal } from '../types/duckdb-type.ts'
import { type Attributes, primitiveShape } from './primitive-shape.ts'

/** A column of the Parquet file that a file of Avro becomes. */
export interface RowColumn {
  readonly name: string
  readonly type: DuckDBType
  /** Its part of COPY's FIELD_IDS; undefined without ids, in it and inside it. */
  readonly ids: string | undefined
  readonly read: (cursor: AvroCursor) => DuckDBValue
}

interface Shape extends Pick<RowColumn, 'type' | 'read'> {
  /** Parts of FIELD_IDS for what lies inside. */
  readonly inner: readonly string[]
}

interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  readonly 'field-id'?: number
}

/** Types that were defined so far, by their full names, and those at work. */
interface Scope {
  readonly location: string
  readonly hasIds: boolean
  readonly named: Map<string, Attributes>
  readonly open: Set<Attributes>
  readonly namespace: string
}

const decimalDigitsMax = 38

/**
 * The columns of the record that each row of a file is, with the ids that the file gives them: of Iceberg's schemas all have one (specification, appendix A). A column of an id is called
 * by it, for two names may differ in case alone; without ids names are kept, by which a table's mapping finds them. `WEIR-4013` for what Iceberg has no type for.
 */
export function rowColumns(schema: AvroSchema, location: string): readonly RowColumn[] {
  const record = schema as Attributes
  if (record['type'] !== 'record') throw unread(location, 'its rows are no records')
  const scope = { location, hasIds: hasIds(schema), named: new Map(), open: new Set<Attributes>(), namespace: '' }
  return membersOf(record, define(record, scope))
}

function hasIds(schema: AvroSchema): boolean {
  return JSON.stringify(schema).includes('"field-id"')
}

function membersOf(record: Attributes, scope: Scope): readonly RowColumn[] {
  const fields = record['fields'] as readonly AvroField[]
  if (fields.length === 0) throw unread(scope.location, `${String(record['name'])} is a record without fields`)
  if (scope.open.has(record)) throw unread(scope.location, `${String(record['name'])} is a record that holds itself`)
  scope.open.add(record)
  const members = fields.map((field) => {
    const { type, read, inner } = shapeOf(field.type, scope)
    return { name: nameOf(field, scope), type, read, ids: idsOf(field['field-id'], inner) }
  })
  scope.open.delete(record)
  return members
}

function nameOf({ name, 'field-id': id }: AvroField, { hasIds: isById }: Scope): string {
  if (!isById) return name
  return id === undefined ? `without_id_${name}` : `c${id}`
}

function idsOf(id: number | undefined, inner: readonly string[]): string | undefined {
  if (inner.length === 0) return id === undefined ? undefined : String(id)
  return `{${[...(id === undefined ? [] : [`__duckdb_field_id:${id}`]), ...inner].join(',')}}`
}

function memberIds(name: string, ids: string | undefined): readonly string[] {
  return ids === undefined ? [] : [`${literal(name)}:${ids}`]
}

/** The full name of what is defined here, and the scope of what it holds (Avro specification, names). */
function define(attributes: Attributes, scope: Scope): Scope {
  const name = attributes['name'] as string
  const own = attributes['namespace'] as string | undefined
  const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : (own ?? scope.namespace)
  scope.named.set(name.includes('.') || namespace === '' ? name : `${namespace}.${name}`, attributes)
  return { ...scope, namespace }
}

function shapeOf(schema: AvroSchema, scope: Scope): Shape {
  if (typeof schema === 'string') return plainOf(schema, scope)
  if (Array.isArray(schema)) return unionOf(schema as readonly AvroSchema[], scope)
  const attributes = schema as Attributes
  const { type } = attributes
  if (typeof type !== 'string') return shapeOf(type as AvroSchema, scope)
  switch (type) {
    case 'record':
      return structOf(attributes, define(attributes, scope))
    case 'array':
      return attributes['logicalType'] === 'map' ? pairsOf(attributes, scope) : listOf(attributes, scope)
    case 'map':
      return mapOf(attributes, scope)
    case 'fixed':
    case 'enum':
      define(attributes, scope)
      return primitiveOf(type, attributes, scope)
    default:
      return primitiveOf(type, attributes, scope)
  }
}

function plainOf(name: string, scope: Scope): Shape {
  const defined = scope.named.get(`${scope.namespace}.${name}`) ?? scope.named.get(name)
  if (defined === undefined) return primitiveOf(name, {}, scope)
  return defined['type'] === 'record'
    ? structOf(defined, scope)
    : primitiveOf(defined['type'] as string, defined, scope)
}

function primitiveOf(name: string, attributes: Attributes, { location }: Scope): Shape {
  const { logicalType, precision } = attributes as { readonly logicalType?: string; readonly precision?: number }
  if (logicalType === 'decimal' && (precision ?? 0) > decimalDigitsMax)
    throw unread(location, `it has decimals of ${precision} digits, of which Iceberg has ${decimalDigitsMax}`)
  const shape = primitiveShape(name, attributes)
  if (shape === undefined) throw unread(location, `it has a type ${name}, which it does not define`)
  return { ...shape, inner: [] }
}

function unionOf(branches: readonly AvroSchema[], scope: Scope): Shape {
  const some = branches.filter((branch) => branch !== 'null')
  if (some.length > 1) throw unread(scope.location, 'it has a union of several types, which Iceberg has not')
  const shape = shapeOf(some[0] ?? 'null', scope)
  const nullAt = branches.indexOf('null')
  const { read } = shape
  return {
    ...shape,
    read: (cursor) => {
      const branch = Number(cursor.long())
      if (branch === nullAt) return null
      if (branches[branch] === undefined) throw new RangeError('a union has no such branch')
      return read(cursor)
    },
  }
}

function structOf(record: Attributes, scope: Scope): Shape {
  if (record['logicalType'] === 'variant') throw unread(scope.location, 'it has a variant')
  const members = membersOf(record, scope)
  return {
    type: STRUCT(Object.fromEntries(members.map(({ name, type }) => [name, type]))),
    read: (cursor) => {
      const entries: Record<string, DuckDBValue> = {}
      for (const { name, read } of members) entries[name] = read(cursor)
      return new DuckDBStructValue(entries)
    },
    inner: members.flatMap(({ name, ids }) => memberIds(name, ids)),
  }
}

function listOf(attributes: Attributes, scope: Scope): Shape {
  const element = shapeOf(attributes['items'] as AvroSchema, scope)
  return {
    type: LIST(element.type),
    read: (cursor) => new DuckDBListValue(itemsOf(cursor, element.read)),
    inner: memberIds('element', idsOf(attributes['element-id'] as number | undefined, element.inner)),
  }
}

/** A map of Avro has text for keys. */
function mapOf(attributes: Attributes, scope: Scope): Shape {
  const ids = attributes as { readonly 'key-id'?: number; readonly 'value-id'?: number }
  const key = { ...primitiveOf('string', {}, scope), id: ids['key-id'] }
  const value = { ...shapeOf(attributes['values'] as AvroSchema, scope), id: ids['value-id'] }
  return entriesShape({ ...key, type: VARCHAR }, value)
}

/** A map with other keys is an array of pairs. */
function pairsOf(attributes: Attributes, scope: Scope): Shape {
  const items = attributes['items'] as AvroSchema
  const pair = typeof items === 'string' ? scope.named.get(items) : (items as Attributes)
  const [key, value, more] = (pair?.['fields'] ?? []) as readonly AvroField[]
  if (pair === undefined || key === undefined || value === undefined || more !== undefined)
    throw unread(scope.location, 'it has a map whose entries are no pairs')
  const inside = typeof items === 'string' ? scope : define(pair, scope)
  return entriesShape(
    { ...shapeOf(key.type, inside), id: key['field-id'] },
    { ...shapeOf(value.type, inside), id: value['field-id'] },
  )
}

function entriesShape(key: Shape & { readonly id: number | undefined }, value: typeof key): Shape {
  const entry = (cursor: AvroCursor) => ({ key: key.read(cursor), value: value.read(cursor) })
  return {
    type: MAP(key.type, value.type),
    read: (cursor) => new DuckDBMapValue(itemsOf(cursor, entry)),
    inner: [...memberIds('key', idsOf(key.id, key.inner)), ...memberIds('value', idsOf(value.id, value.inner))],
  }
}

/** Items in blocks; a negative count is followed by the length of its block in bytes. */
function itemsOf<T>(cursor: AvroCursor, read: (cursor: AvroCursor) => T): T[] {
  const items: T[] = []
  for (let count = Number(cursor.long()); count !== 0; count = Number(cursor.long())) {
    if (count < 0) cursor.skipLong()
    // An item of no bytes (null) could else be repeated without end.
    if (items.length + Math.abs(count) > cursor.bytes.length) throw new RangeError('a list is longer than its block')
    for (let left = Math.abs(count); left > 0; left--) items.push(read(cursor))
  }
  return items
}

function unread(location: string, why: string): WeirError {
  return new WeirError('WEIR-4013', `${location} holds rows as Avro that cannot be read here: ${why}`)
}
