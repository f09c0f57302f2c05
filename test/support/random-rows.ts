import { literal } from '../../src/lake/types/duckdb-type.ts'
import { duckdbType } from '../../src/lake/types/duckdb-type.ts'
import type { Field, IcebergType } from '../../src/lake/types/type.ts'
import { primitiveOf } from '../../src/record/schema/primitive.ts'
import { decimalBytes } from './avro-container.ts'
import type { Random } from './seeded-random.ts'

/** One value, as avsc writes it for `avroSchemaOf`, and as a SQL expression. */
export interface RandomValue {
  readonly avro: unknown
  readonly sql: string
}

const primitives = [
  'boolean', 'int', 'long', 'float', 'double', 'date', 'time', 'timestamp', 'timestamptz', 'timestamp_ns',
  'timestamptz_ns', 'string', 'uuid', 'binary', 'fixed[5]', 'decimal(4,1)', 'decimal(9,2)', 'decimal(18,6)', 'decimal(38,10)',
] // prettier-ignore

/** A type with ids from `nextId` on, nested up to `depth` levels. */
export function randomType(random: Random, nextId: () => number, depth: number): IcebergType {
  if (depth === 0 || random.chance(0.6)) return random.oneOf(primitives)
  switch (random.pick(3)) {
    case 0:
      return {
        type: 'list',
        'element-id': nextId(),
        element: randomType(random, nextId, depth - 1),
        'element-required': random.chance(0.3),
      }
    case 1: {
      const key = random.oneOf(['string', 'int', 'long', 'uuid', 'date', 'decimal(9,2)'])
      const ids = { 'key-id': nextId(), 'value-id': nextId() }
      return {
        type: 'map',
        ...ids,
        key,
        value: randomType(random, nextId, depth - 1),
        'value-required': random.chance(0.3),
      }
    }
    default:
      return { type: 'struct', fields: randomFields(random, nextId, depth - 1) }
  }
}

export function randomFields(random: Random, nextId: () => number, depth: number): readonly Field[] {
  return Array.from({ length: 1 + random.pick(4) }, () => {
    const id = nextId()
    return { id, name: `f${id}`, required: random.chance(0.3), type: randomType(random, nextId, depth) }
  })
}

export function randomValue(random: Random, type: IcebergType, required: boolean): RandomValue {
  if (!required && random.chance(0.2)) return { avro: null, sql: `CAST(NULL AS ${duckdbType(type)})` }
  if (typeof type === 'string') return randomPrimitive(random, type)
  const sql = (text: string): string => `CAST(${text} AS ${duckdbType(type)})`
  if (type.type === 'struct') {
    const members = type.fields.map((field) => [field, randomValue(random, field.type, field.required)] as const)
    return {
      avro: Object.fromEntries(members.map(([{ name }, value]) => [name, value.avro])),
      sql: sql(`struct_pack(${members.map(([{ name }, value]) => `${name} := ${value.sql}`).join(', ')})`),
    }
  }
  if (type.type === 'list') {
    const items = Array.from({ length: random.pick(4) }, () =>
      randomValue(random, type.element, type['element-required']),
    )
    return { avro: items.map(({ avro }) => avro), sql: sql(`[${items.map((item) => item.sql).join(', ')}]`) }
  }
  const entries = new Map<string, { readonly key: RandomValue; readonly value: RandomValue }>()
  for (let left = random.pick(4); left > 0; left--) {
    const key = randomPrimitive(random, type.key as string)
    entries.set(key.sql, { key, value: randomValue(random, type.value, type['value-required']) })
  }
  const all = [...entries.values()]
  const [keys, values] = [all.map(({ key }) => key.sql), all.map(({ value }) => value.sql)]
  return {
    avro:
      type.key === 'string'
        ? Object.fromEntries(all.map(({ key, value }) => [key.avro as string, value.avro]))
        : all.map(({ key, value }) => ({ key: key.avro, value: value.avro })),
    sql: sql(`map([${keys.join(', ')}], [${values.join(', ')}])`),
  }
}

const texts = ['', 'a', "it's", 'é', '日本', '\u{1f600}', 'x'.repeat(40), 'a\u0000b', '\ufffd']

function randomPrimitive(random: Random, type: string): RandomValue {
  const known = primitiveOf(type)
  const cast = (text: string): string => `CAST(${text} AS ${duckdbType(type)})`
  const long = (limit: bigint): bigint => {
    if (random.chance(0.1)) return random.oneOf([0n, 1n, -1n, limit - 1n, -limit])
    const magnitude = BigInt.asUintN(random.pick(64), bits(random))
    return (random.chance(0.5) ? -magnitude : magnitude) % limit
  }
  switch (known.name) {
    case 'boolean': {
      const value = random.chance(0.5)
      return { avro: value, sql: String(value) }
    }
    case 'int': {
      const value = Number(long(2n ** 31n))
      return { avro: value, sql: cast(`'${value}'`) }
    }
    case 'long': {
      const value = long(2n ** 63n)
      return { avro: value, sql: cast(`'${value}'`) }
    }
    case 'float':
    case 'double': {
      const value = random.oneOf([
        0,
        -0,
        Number.NaN,
        Infinity,
        -Infinity,
        1.5,
        -2.25e10,
        Math.fround(random.next() * 1e6),
      ])
      const text = Object.is(value, -0) ? '-0.0' : String(value).replace('Infinity', 'inf')
      return { avro: value, sql: cast(`'${text}'`) }
    }
    case 'date': {
      const days = Number(long(1_000_000n))
      return { avro: days, sql: `DATE '1970-01-01' + INTERVAL (${days}) DAY` }
    }
    case 'time': {
      const micros = BigInt.asUintN(63, long(86_400_000_000n)) % 86_400_000_000n
      return { avro: micros, sql: `TIME '00:00:00' + to_microseconds(${micros})` }
    }
    case 'timestamp': {
      const micros = long(200_000_000_000_000_000n)
      return { avro: micros, sql: cast(`make_timestamp(${micros})`) }
    }
    case 'timestamptz': {
      const micros = long(200_000_000_000_000_000n)
      return { avro: micros, sql: `timezone('UTC', make_timestamp(${micros}))` }
    }
    case 'timestamp_ns': {
      const nanos = long(9_000_000_000_000_000_000n)
      return { avro: nanos, sql: `make_timestamp_ns(${nanos})` }
    }
    case 'timestamptz_ns': {
      // DuckDB has no such type: of whole microseconds nothing is lost.
      const micros = long(9_000_000_000_000_000n)
      return { avro: micros * 1000n, sql: `timezone('UTC', make_timestamp(${micros}))` }
    }
    case 'string': {
      const text = random.oneOf(texts) + random.oneOf(texts)
      return { avro: text, sql: text.split('\u0000').map(literal).join(' || chr(0) || ') }
    }
    case 'uuid': {
      const bytes = randomBuffer(random, 16)
      const text = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
      return { avro: bytes, sql: `CAST('${text}' AS UUID)` }
    }
    case 'binary':
    case 'fixed': {
      const bytes = randomBuffer(random, known.name === 'fixed' ? known.length : random.pick(30))
      return { avro: bytes, sql: `from_hex('${bytes.toString('hex')}')` }
    }
    case 'decimal': {
      const { precision, scale } = known
      const end = 10n ** BigInt(precision)
      const unscaled = random.chance(0.1)
        ? random.oneOf([end - 1n, 1n - end, 0n, -1n])
        : (((bits(random) << 64n) | bits(random)) % end) * (random.chance(0.5) ? 1n : -1n)
      return { avro: twosComplement(unscaled, decimalBytes(precision)), sql: cast(`'${decimalText(unscaled, scale)}'`) }
    }
  }
}

function bits(random: Random): bigint {
  return (BigInt(random.pick(2 ** 31)) << 33n) | (BigInt(random.pick(2 ** 31)) << 2n) | BigInt(random.pick(4))
}

function randomBuffer(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.pick(256)))
}

function twosComplement(value: bigint, length: number): Buffer {
  const hex = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, '0')
  return Buffer.from(hex, 'hex')
}

function decimalText(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`
}
