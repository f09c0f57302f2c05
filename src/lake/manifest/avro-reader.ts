import { AvroCursor } from './avro-cursor.ts'
import { pairsInBytes, skipPairs } from './pairs-in-bytes.ts'

/** An Avro schema as JSON. Attributes that Avro does not know (`field-id`) are kept in the file: Iceberg needs them. */
export type AvroSchema = string | { readonly [key: string]: unknown } | readonly AvroSchema[]

/** Reads one value of a schema. */
export type AvroReader = (cursor: AvroCursor) => unknown

/** Readers of the records, fixeds and enums that were defined so far, by their names. */
export type NamedReaders = Map<string, AvroReader>

type Attributes = { readonly [key: string]: unknown }

/**
 * The reader of a schema (Avro specification, binary encoding). A map by field id, which a manifest has six of for each file, stays
 * the bytes that it is until somebody asks for one of its values: most are never asked for, and each would be an object.
 */
export function avroReader(schema: AvroSchema, named: NamedReaders = new Map()): AvroReader {
  if (typeof schema === 'string') return primitives[schema] ?? reference(schema, named)
  if (Array.isArray(schema)) return unionReader(schema as readonly AvroSchema[], named)
  const attributes = schema as Attributes
  switch (attributes['type']) {
    case 'record':
      return keep(attributes, named, () => recordReader(attributes, named))
    case 'fixed':
      return keep(attributes, named, () => (cursor) => cursor.slice(attributes['size'] as number))
    case 'enum': {
      const symbols = attributes['symbols'] as readonly string[]
      return keep(attributes, named, () => (cursor) => symbols[Number(cursor.long())])
    }
    case 'array':
      return arrayReader(attributes, named)
    case 'map': {
      const value = avroReader(attributes['values'] as AvroSchema, named)
      const pairs = blockReader((cursor) => [text(cursor), value(cursor)])
      return (cursor) => Object.fromEntries(pairs(cursor) as [string, unknown][])
    }
    default:
      return avroReader(attributes['type'] as AvroSchema, named)
  }
}

const text = (cursor: AvroCursor): string => {
  const length = cursor.length()
  const start = cursor.at
  cursor.at += length
  return cursor.bytes.toString('utf8', start, cursor.at)
}

const primitives: Readonly<Record<string, AvroReader>> = {
  null: () => null,
  boolean: (cursor) => cursor.byte() === 1,
  int: (cursor) => cursor.long(),
  long: (cursor) => cursor.long(),
  float: (cursor) => cursor.slice(4).readFloatLE(),
  double: (cursor) => cursor.slice(8).readDoubleLE(),
  bytes: (cursor) => cursor.slice(cursor.length()),
  string: text,
}

function recordReader(attributes: Attributes, named: NamedReaders): AvroReader {
  const fields = (attributes['fields'] as readonly { readonly name: string; readonly type: AvroSchema }[]).map(
    ({ name, type }) => ({ name, read: avroReader(type, named) }),
  )
  return (cursor) => {
    const record: Record<string, unknown> = {}
    for (const { name, read } of fields) record[name] = read(cursor)
    return record
  }
}

function unionReader(branches: readonly AvroSchema[], named: NamedReaders): AvroReader {
  const readers = branches.map((branch) => avroReader(branch, named))
  return (cursor) => {
    const read = readers[Number(cursor.long())]
    if (read === undefined) throw new RangeError('a union has no such branch')
    return read(cursor)
  }
}

function arrayReader(attributes: Attributes, named: NamedReaders): AvroReader {
  const items = attributes['items'] as AvroSchema
  const value = attributes['logicalType'] === 'map' ? pairValue(items) : undefined
  // Read as well: what it defines may be referred to later.
  const read = avroReader(items, named)
  if (value === undefined) return blockReader(read)
  return (cursor) => {
    const start = cursor.at
    skipPairs(cursor, value)
    return pairsInBytes(cursor.bytes, start, value)
  }
}

/** Of `{key: int, value: long or bytes}`, which maps by field id are. */
function pairValue(items: AvroSchema): 'long' | 'bytes' | undefined {
  const { fields } = items as { readonly fields?: readonly { readonly name: string; readonly type: AvroSchema }[] }
  const [key, value, more] = fields ?? []
  if (more !== undefined || key?.name !== 'key' || key.type !== 'int' || value?.name !== 'value') return undefined
  return value.type === 'long' || value.type === 'bytes' ? value.type : undefined
}

/** Items in blocks; a negative count is followed by the length of its block in bytes. */
function blockReader(read: AvroReader): AvroReader {
  return (cursor) => {
    const items: unknown[] = []
    for (let count = Number(cursor.long()); count !== 0; count = Number(cursor.long())) {
      if (count < 0) cursor.skipLong()
      for (let left = Math.abs(count); left > 0; left--) items.push(read(cursor))
    }
    return items
  }
}

function keep(attributes: Attributes, named: NamedReaders, make: () => AvroReader): AvroReader {
  const made: { reader?: AvroReader } = {}
  const name = attributes['name'] as string
  // A record may hold itself.
  named.set(name, (cursor) => made.reader!(cursor))
  made.reader = make()
  named.set(name, made.reader)
  return made.reader
}

function reference(name: string, named: NamedReaders): AvroReader {
  const found = named.get(name) ?? named.get(name.slice(name.lastIndexOf('.') + 1))
  if (found === undefined) throw new RangeError(`the type ${name} is not known`)
  return found
}
