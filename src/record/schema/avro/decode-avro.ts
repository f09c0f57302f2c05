import { exactNumber, type ExactJson } from '../exact-json.ts'
import { schemaDepthMax } from '../invalid-schema.ts'
import { UndecodableValue } from '../undecodable-value.ts'
import { createAvroReader, type AvroReader } from './avro-reader.ts'
import type { AvroSchema } from './avro-schema.ts'
import { logicalTypeOf } from './logical-type.ts'
import { logicalValue } from './logical-value.ts'

/** Items and fields of one value: more are not made for somebody to look at. */
const partsMax = 100_000

/**
 * A value in Avro's binary encoding as JSON for people: unions as the value they hold, bytes in Base64, logical types as they are
 * written (2026-01-05T10:00:00.000Z, 12.50). Whole numbers and decimals keep all digits. Throws UndecodableValue.
 */
export function decodeAvro(schema: AvroSchema, bytes: Buffer): ExactJson {
  const reader = createAvroReader(bytes)
  const value = createDecoder(reader)(schema, 0)
  if (reader.left > 0) throw new UndecodableValue(`${reader.left} bytes are left over`)
  return value
}

function createDecoder(reader: AvroReader): (schema: AvroSchema, depth: number) => ExactJson {
  let parts = 0

  function decode(schema: AvroSchema, depth: number): ExactJson {
    if (depth > schemaDepthMax) throw new UndecodableValue(`a value nested more than ${schemaDepthMax} levels deep`)
    if (++parts > partsMax) throw new UndecodableValue(`a value of more than ${partsMax} parts`)
    const logical = logicalTypeOf(schema)
    const found = logical && logicalValue(logical, schema, reader)
    return found === undefined ? plain(schema, depth) : found
  }

  function plain(schema: AvroSchema, depth: number): ExactJson {
    switch (schema.type) {
      case 'null':
        return null
      case 'boolean':
        return reader.boolean()
      case 'int':
      case 'long':
        return exactNumber(String(reader.long()))
      case 'float':
        return shortFloat(reader.float())
      case 'double':
        return numberOrName(reader.double())
      case 'string':
        return reader.bytes().toString('utf8')
      case 'bytes':
        return reader.bytes().toString('base64')
      case 'fixed':
        return reader.fixed(schema.size).toString('base64')
      case 'enum':
        return oneOf(schema.symbols, 'symbols')
      case 'union':
        return decode(oneOf(schema.branches, 'branches'), depth + 1)
      case 'record':
        return Object.fromEntries(schema.fields.map((field) => [field.name, decode(field.schema, depth + 1)]))
      case 'array':
        return blocks(() => decode(schema.items, depth + 1))
      case 'map':
        return Object.fromEntries(
          blocks(() => [reader.bytes().toString('utf8'), decode(schema.values, depth + 1)] as const),
        )
    }
  }

  function oneOf<Item>(items: readonly Item[], what: string): Item {
    const index = reader.count('an index')
    if (index >= items.length) throw new UndecodableValue(`the index ${index}, where there are ${items.length} ${what}`)
    return items[index]!
  }

  /** Blocks of items, each with its count; a negative one is followed by the size of its block. */
  function blocks<Item>(item: () => Item): Item[] {
    const items: Item[] = []
    for (;;) {
      const count = reader.long()
      if (count === 0n) return items
      if (count < 0n) reader.long()
      const size = count < 0n ? -count : count
      if (size > BigInt(partsMax)) throw new UndecodableValue(`a block of ${size} items`)
      for (let left = Number(size); left > 0; left--) items.push(item())
    }
  }

  return decode
}

/** The shortest text that is this number as a float: 0.1 and not 0.10000000149011612. */
function shortFloat(value: number): ExactJson {
  if (!Number.isFinite(value)) return String(value)
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return exactNumber(String(short))
  }
  return exactNumber(String(value))
}

/** JSON has no words for NaN and infinity. */
function numberOrName(value: number): ExactJson {
  return Number.isFinite(value) ? exactNumber(String(value)) : String(value)
}
