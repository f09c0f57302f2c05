import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUnionValue,
  DuckDBVariantValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { dateText, timestampText, timeText } from './calendar.ts'
import { float4Text, float8Text } from './number-text.ts'
import type { ZoneOffset } from './time-zone.ts'

/** What the text of a value depends on besides the value. */
export interface TextStyle {
  readonly offsetAt: (micros: number) => ZoneOffset
  /** Floats of this column have four bytes. */
  readonly float4?: boolean
}

const infinite = 9_223_372_036_854_775_806n

/** A value as PostgreSQL's text format has it; never for null. */
export function valueText(value: DuckDBValue, style: TextStyle): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? 't' : 'f'
    case 'number':
      return style.float4 ? float4Text(value) : float8Text(value)
    case 'bigint':
      return value.toString()
  }
  if (value instanceof DuckDBTimestampTZValue) return zonedText(value.micros, style)
  const micros = timestampMicros(value)
  if (micros !== undefined) return infinityText(micros) ?? timestampText(micros, '')
  if (value instanceof DuckDBDateValue) return dayText(value.days)
  if (value instanceof DuckDBTimeValue) return timeText(Number(value.micros))
  if (value instanceof DuckDBIntervalValue) return intervalText(value)
  if (value instanceof DuckDBBlobValue) return `\\x${Buffer.from(value.bytes).toString('hex')}`
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return arrayText(value.items, style)
  if (isNested(value)) return jsonText(value, style)
  return String(value)
}

/** `infinity`, `-infinity`, or undefined for a day or instant that is one. */
export function infinityText(micros: bigint): string | undefined {
  return micros > infinite ? 'infinity' : micros < -infinite ? '-infinity' : undefined
}

export function dayText(days: number): string {
  return days === 2_147_483_647 ? 'infinity' : days === -2_147_483_647 ? '-infinity' : dateText(days)
}

function zonedText(micros: bigint, style: TextStyle): string {
  const special = infinityText(micros)
  if (special) return special
  const offset = style.offsetAt(Number(micros))
  return timestampText(micros + BigInt(offset.micros), offset.text)
}

/** Microseconds since 1970 of a timestamp of any precision; nanoseconds are cut off. */
export function timestampMicros(value: DuckDBValue): bigint | undefined {
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos / 1000n
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis * 1000n
  if (value instanceof DuckDBTimestampSecondsValue) return value.seconds * 1_000_000n
  return undefined
}

/** PostgreSQL's style: `1 year 2 mons 3 days 04:05:06.7`. */
function intervalText({ months, days, micros }: DuckDBIntervalValue): string {
  const parts: string[] = []
  const add = (count: number, unit: string) => count !== 0 && parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
  add(Math.trunc(months / 12), 'year')
  add(months % 12, 'mon')
  add(days, 'day')
  if (micros !== 0n || parts.length === 0) {
    const size = Number(micros < 0n ? -micros : micros)
    const hours = Math.floor(size / 3_600_000_000)
    const rest = timeText(size - hours * 3_600_000_000).slice(2)
    parts.push(`${micros < 0n ? '-' : ''}${String(hours).padStart(2, '0')}${rest}`)
  }
  return parts.join(' ')
}

/** `{a,"b c",NULL}`. */
function arrayText(items: readonly DuckDBValue[], style: TextStyle): string {
  return `{${items.map((item) => (item === null ? 'NULL' : quoteElement(item, style))).join(',')}}`
}

function quoteElement(item: DuckDBValue, style: TextStyle): string {
  const text = valueText(item, style)
  const plain = text !== '' && !/[{},"\\\s]/.test(text) && text.toUpperCase() !== 'NULL'
  return plain ? text : `"${text.replace(/["\\]/g, (char) => `\\${char}`)}"`
}

function isNested(value: DuckDBValue): boolean {
  return (
    value instanceof DuckDBStructValue ||
    value instanceof DuckDBMapValue ||
    value instanceof DuckDBUnionValue ||
    value instanceof DuckDBVariantValue
  )
}

/** A nested value as JSON: integers keep their digits, whatever JSON has no word for becomes a string. */
export function jsonText(value: DuckDBValue, style: TextStyle): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number')
    return Number.isFinite(value) ? valueText(value, style) : `"${valueText(value, style)}"`
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return `[${value.items.map((item) => jsonText(item, style)).join(', ')}]`
  if (value instanceof DuckDBStructValue) return objectText(Object.entries(value.entries), style)
  if (value instanceof DuckDBMapValue)
    return objectText(
      value.entries.map(({ key, value: inner }) => [key === null ? '' : valueText(key, style), inner]),
      style,
    )
  if (value instanceof DuckDBUnionValue) return jsonText(value.value, style)
  if (value instanceof DuckDBVariantValue) return JSON.stringify(String(value))
  const text = valueText(value, style)
  return /^-?\d+(\.\d+)?$/.test(text) && typeof value !== 'string' ? text : JSON.stringify(text)
}

function objectText(entries: readonly (readonly [string, DuckDBValue])[], style: TextStyle): string {
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${jsonText(inner, style)}`).join(', ')}}`
}
