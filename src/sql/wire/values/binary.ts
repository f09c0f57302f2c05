import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { ByteWriter } from '../byte-writer.ts'
import type { PgType } from '../pg-type.ts'
import { infinityText, timestampMicros, type TextStyle, valueText } from './text.ts'

/** Days and microseconds from 1970 to 2000, where PostgreSQL counts from. */
const epochDays = 10_957
const epochMicros = 946_684_800_000_000n

/** Writes a value in PostgreSQL's binary format, its length in front; never for null. */
export function writeBinary(out: ByteWriter, value: DuckDBValue, pg: PgType, style: TextStyle): void {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    if (pg.name !== 'json') return writeArray(out, value.items, pg, style)
  const writer = writers[pg.name]
  if (writer) writer(out, value, style)
  else out.lengthAndText(valueText(value, style))
}

type Writer = (out: ByteWriter, value: DuckDBValue, style: TextStyle) => void

const writers: Readonly<Record<string, Writer>> = {
  bool: (out, value) => (out.int32(1), out.int8(value === true ? 1 : 0)),
  int2: (out, value) => (out.int32(2), out.int16(Number(value))),
  int4: (out, value) => (out.int32(4), out.int32(Number(value))),
  int8: (out, value) => writeInt64(out, BigInt(value as number | bigint)),
  float4: (out, value) => {
    out.int32(4)
    out.reserve(4)
    out.at = out.bytes.writeFloatBE(Number(value), out.at)
  },
  float8: (out, value) => {
    out.int32(8)
    out.reserve(8)
    out.at = out.bytes.writeDoubleBE(Number(value), out.at)
  },
  numeric: (out, value, style) => writeNumeric(out, valueText(value, style)),
  bytea: (out, value) => out.lengthAndBytes((value as DuckDBBlobValue).bytes),
  uuid: (out, value) => out.lengthAndBytes(Buffer.from(String(value).replaceAll('-', ''), 'hex')),
  date: (out, value) => {
    const { days } = value as DuckDBDateValue
    out.int32(4)
    out.int32(days === 2_147_483_647 ? days : days === -2_147_483_647 ? -2_147_483_648 : days - epochDays)
  },
  time: (out, value) => writeInt64(out, value instanceof DuckDBTimeValue ? value.micros : nanosOf(value) / 1000n),
  timetz: (out, value) => {
    const { micros, offset } = value as DuckDBTimeTZValue
    out.int32(12)
    writeBits(out, micros)
    out.int32(-offset)
  },
  timestamp: writeTimestamp,
  timestamptz: writeTimestamp,
  interval: (out, value) => {
    const { months, days, micros } = value as DuckDBIntervalValue
    out.int32(16)
    writeBits(out, micros)
    out.int32(days)
    out.int32(months)
  },
  varbit: (out, value) => {
    const text = String(value)
    const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '0')
    out.int32(4 + padded.length / 8)
    out.int32(text.length)
    for (let i = 0; i < padded.length; i += 8) out.int8(Number.parseInt(padded.slice(i, i + 8), 2))
  },
}

function writeInt64(out: ByteWriter, value: bigint): void {
  out.int32(8)
  writeBits(out, value)
}

function writeBits(out: ByteWriter, value: bigint): void {
  out.reserve(8)
  out.at = out.bytes.writeBigInt64BE(value, out.at)
}

function nanosOf(value: DuckDBValue): bigint {
  return (value as unknown as { nanos: bigint }).nanos
}

function writeTimestamp(out: ByteWriter, value: DuckDBValue): void {
  const micros = timestampMicros(value) ?? 0n
  const special = infinityText(micros)
  const bound = special === 'infinity' ? 2n ** 63n - 1n : -(2n ** 63n)
  writeInt64(out, special ? bound : micros - epochMicros)
}

/** Groups of four decimal digits, the weight of the first, the sign, and the digits after the point. */
function writeNumeric(out: ByteWriter, text: string): void {
  const negative = text.startsWith('-')
  const [whole = '', fraction = ''] = text.replace(/^[-+]/, '').split('.')
  const wholeGroups = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  const fractionGroups = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  let groups = `${wholeGroups}${fractionGroups}`.match(/.{4}/g)?.map(Number) ?? []
  let weight = wholeGroups.length / 4 - 1
  while (groups[0] === 0) [groups, weight] = [groups.slice(1), weight - 1]
  while (groups.at(-1) === 0) groups = groups.slice(0, -1)
  out.int32(8 + groups.length * 2)
  out.int16(groups.length)
  out.int16(groups.length ? weight : 0)
  out.int16(negative && groups.length ? 0x4000 : 0)
  out.int16(fraction.length)
  for (const group of groups) out.int16(group)
}

function writeArray(out: ByteWriter, items: readonly DuckDBValue[], pg: PgType, style: TextStyle): void {
  out.reserve(4)
  const start = out.at
  out.at += 4
  out.int32(items.length ? 1 : 0)
  out.int32(items.includes(null) ? 1 : 0)
  out.int32(pg.oid)
  if (items.length) {
    out.int32(items.length)
    out.int32(1)
    for (const item of items) {
      if (item === null) out.int32(-1)
      else writeBinary(out, item, pg, style)
    }
  }
  out.setInt32(start, out.at - start - 4)
}
