import { sqlError } from '../sql-error.ts'
import { pgTypeOfOid } from './pg-type.ts'
import { dayText, valueText } from './values/text.ts'
import { DuckDBIntervalValue } from '@duckdb/node-api'
import { timestampText, timeText } from './values/calendar.ts'
import { float4Text, float8Text } from './values/number-text.ts'

const epochDays = 10_957
const epochMicros = 946_684_800_000_000n

/** A parameter in binary format as text. SQLSTATE 0A000 for a type that is not read in binary, 22P03 for wrong bytes. */
export function binaryParameterText(bytes: Buffer, oid: number): string {
  const found = pgTypeOfOid(oid)
  if (!found) {
    throw sqlError('WEIR-6005', `a parameter of type ${oid} cannot be sent in binary; send it as text`, {
      sqlstate: '0A000',
    })
  }
  try {
    return found.array ? arrayText(bytes) : scalarText(bytes, found.type.name)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw sqlError(
      'WEIR-6005',
      `incorrect binary data for a parameter of type ${found.type.name}`,
      { sqlstate: '22P03' },
      cause,
    )
  }
}

type Reader = (bytes: Buffer) => string

const readers: Readonly<Record<string, Reader>> = {
  bool: (bytes) => (bytes.readUInt8(0) ? 't' : 'f'),
  int2: (bytes) => String(bytes.readInt16BE(0)),
  int4: (bytes) => String(bytes.readInt32BE(0)),
  int8: (bytes) => String(bytes.readBigInt64BE(0)),
  oid: (bytes) => String(bytes.readUInt32BE(0)),
  regclass: (bytes) => String(bytes.readUInt32BE(0)),
  regtype: (bytes) => String(bytes.readUInt32BE(0)),
  float4: (bytes) => float4Text(bytes.readFloatBE(0)),
  float8: (bytes) => float8Text(bytes.readDoubleBE(0)),
  numeric: numericText,
  bytea: (bytes) => `\\x${bytes.toString('hex')}`,
  uuid: (bytes) => {
    if (bytes.length !== 16) throw new RangeError('a uuid has 16 bytes')
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  },
  jsonb: (bytes) => bytes.toString('utf8', 1),
  date: (bytes) => dayText(bytes.readInt32BE(0) + epochDays),
  time: (bytes) => timeText(Number(bytes.readBigInt64BE(0))),
  timestamp: (bytes) => timestampText(bytes.readBigInt64BE(0) + epochMicros, ''),
  timestamptz: (bytes) => timestampText(bytes.readBigInt64BE(0) + epochMicros, '+00'),
  interval: (bytes) => {
    const value = new DuckDBIntervalValue(bytes.readInt32BE(12), bytes.readInt32BE(8), bytes.readBigInt64BE(0))
    return valueText(value, { offsetAt: () => ({ micros: 0, text: '+00' }) })
  },
}

function scalarText(bytes: Buffer, name: string): string {
  return readers[name]?.(bytes) ?? bytes.toString('utf8')
}

function numericText(bytes: Buffer): string {
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => bytes.readInt16BE(at)) as [
    number,
    number,
    number,
    number,
  ]
  if ((sign & 0xffff) === 0xc000) return 'NaN'
  const group = (place: number) =>
    (place >= 0 && place < count ? String(bytes.readInt16BE(8 + place * 2)) : '0').padStart(4, '0')
  let whole = ''
  for (let place = 0; place <= weight; place++) whole += group(place)
  let fraction = ''
  for (let place = weight + 1; fraction.length < scale; place++) fraction += group(place)
  const digits = whole.replace(/^0+(?=\d)/, '') || '0'
  return `${sign === 0x4000 ? '-' : ''}${digits}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`
}

/** One dimension, as `{a,"b"}`. */
function arrayText(bytes: Buffer): string {
  if (bytes.readInt32BE(0) === 0) return '{}'
  if (bytes.readInt32BE(0) !== 1) throw new RangeError('arrays of one dimension are read')
  const element = pgTypeOfOid(bytes.readInt32BE(8))?.type.name ?? 'text'
  const items: string[] = []
  for (let i = 0, at = 20; i < bytes.readInt32BE(12); i++) {
    const length = bytes.readInt32BE(at)
    at += 4
    if (length < 0) items.push('NULL')
    else {
      const text = scalarText(bytes.subarray(at, at + length), element)
      items.push(`"${text.replace(/["\\]/g, (char) => `\\${char}`)}"`)
      at += length
    }
  }
  return `{${items.join(',')}}`
}

/** The elements of `{a,"b c",NULL}`; undefined when the text is no such array. */
export function arrayElements(text: string): (string | null)[] | undefined {
  if (!/^\s*\{[^]*\}\s*$/.test(text)) return undefined
  const body = text.trim().slice(1, -1)
  if (body.trim() === '') return []
  const elements: (string | null)[] = []
  const element = /\s*(?:"((?:[^"\\]|\\[^])*)"|([^,{}"]*))\s*(,|$)/y
  for (;;) {
    const found = element.exec(body)
    if (!found) return undefined
    const [, quoted, plain, end] = found
    if (quoted !== undefined) elements.push(quoted.replace(/\\([^])/g, '$1'))
    else elements.push(plain!.trim().toUpperCase() === 'NULL' ? null : plain!.trim())
    if (end === '') return elements
  }
}
