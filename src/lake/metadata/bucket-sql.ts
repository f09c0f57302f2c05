import { primitiveOf } from '../../record/schema/primitive.ts'
import { bucketForm, noBuckets } from './bucket.ts'

/**
 * SQL for the bucket of `column`, null for null. DuckDB has no Murmur3, so it is spelled out in arithmetic of 64 bits without
 * a sign: nothing needs to be registered, and it runs in the engine's own loops. `WEIR-4007` for types without buckets.
 */
export function bucketSql(column: string, count: number, source: string): string {
  const { name } = primitiveOf(source)
  const form = bucketForm(name)
  if (form === undefined || form === 'nanoseconds') throw noBuckets(source)
  const hash =
    form === 'number' ? hashOfNumber(wholeNumber(column, name)) : hashOfHex(hexOf(column, form, name === 'uuid'))
  return `((${hash}) & 2147483647) % ${count}`
}

const mask = '4294967295::UBIGINT'
const zero = '0::UBIGINT'

function product(value: string, factor: number): string {
  return `((${value} * ${factor}::UBIGINT) & ${mask})`
}

function rotated(value: string, bits: number): string {
  return `(((${value} << ${bits}) | (${value} >> ${32 - bits})) & ${mask})`
}

function scrambled(block: string): string {
  return product(rotated(product(block, 0xcc9e2d51), 15), 0x1b873593)
}

function mixed(hash: string, block: string): string {
  return `((${rotated(`xor(${hash}, ${scrambled(block)})`, 13)} * 5 + 3864292196::UBIGINT) & ${mask})`
}

/** A value that is used more than once, computed once: the parameter of a lambda is SQL's only name for one. */
function bound(name: string, value: string, use: string): string {
  return `list_transform([${value}], lambda ${name}: ${use})[1]`
}

function finished(hash: string): string {
  const shifted = (name: string, bits: number) => `xor(${name}, ${name} >> ${bits})`
  const last = bound('hash_c', product(shifted('hash_b', 13), 0xc2b2ae35), shifted('hash_c', 16))
  return bound('hash_a', hash, bound('hash_b', product(shifted('hash_a', 16), 0x85ebca6b), last))
}

/** Eight bytes, the lowest first. */
function hashOfNumber(value: string): string {
  const low = `(${value} & 4294967295)::UBIGINT`
  const high = `((${value} >> 32) & 4294967295)::UBIGINT`
  return finished(`xor(${mixed(mixed(zero, low), high)}, 8::UBIGINT)`)
}

function wholeNumber(column: string, name: string): string {
  if (name === 'date') return `(${column} - DATE '1970-01-01')`
  return name === 'int' || name === 'long' ? `${column}::BIGINT` : `epoch_us(${column})`
}

/** Bytes of any number, given as pairs of hexadecimal digits. */
function hashOfHex(hex: string): string {
  const number = (digits: string) => `('0x' || ${digits})::UBIGINT`
  const turned = (block: string) =>
    `(((${block} & 255) << 24) | ((${block} & 65280) << 8) | ((${block} >> 8) & 65280) | (${block} >> 24))`
  const blocks = `list_transform(range(length(digits) // 8), lambda block: ${number('substr(digits, block * 8 + 1, 8)')})`
  const body = `list_reduce(list_transform(${blocks}, lambda block: ${turned('block')}), lambda hash, block: ${mixed('hash', 'block')}, ${zero})`
  const rest = bound('block', number(`rpad(right(digits, length(digits) % 8), 8, '0')`), scrambled(turned('block')))
  const tail = `CASE WHEN length(digits) % 8 = 0 THEN ${zero} ELSE ${rest} END`
  return bound('digits', hex, finished(`xor(xor(${body}, ${tail}), (length(digits) // 2)::UBIGINT)`))
}

function hexOf(column: string, form: 'decimal' | 'text' | 'bytes', uuid: boolean): string {
  if (form === 'decimal') return decimalHex(column)
  return uuid ? `replace(CAST(${column} AS VARCHAR), '-', '')` : `hex(${column})`
}

/** The unscaled value in two's complement, highest byte first, in as few bytes as hold it. */
function decimalHex(column: string): string {
  const unscaled = `replace(CAST(${column} AS VARCHAR), '.', '')::HUGEINT`
  const magnitude = `hex(CASE WHEN unscaled < 0 THEN -(unscaled + 1) ELSE unscaled END)`
  // The highest bit is that of the sign: digits that fill their bytes up to it need a byte more.
  const digits = bound(
    'magnitude',
    magnitude,
    `2 * ((length(magnitude) + 1) // 2 + CASE WHEN length(magnitude) % 2 = 0 AND magnitude >= '8' THEN 1 ELSE 0 END)`,
  )
  return bound('unscaled', unscaled, `right(lpad(hex(unscaled), 32, '0'), (${digits})::BIGINT)`)
}
