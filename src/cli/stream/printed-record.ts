import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ReadRecord } from '../../stream/reader/read-record.ts'
import { showBytes } from '../../stream/reader/shown-bytes.ts'
import { printable } from '../printable.ts'

/** How `weir stream tail` writes a record. */
export type RecordWriter = (record: ReadRecord) => Buffer

export const recordFormats = ['raw', 'json', 'table'] as const
export type RecordFormat = (typeof recordFormats)[number]

/** What `--show` puts before a raw value, in this order, as kafka-console-consumer does. */
const shownParts = ['timestamp', 'partition', 'offset', 'headers', 'key'] as const
export type ShownPart = (typeof shownParts)[number]

const newline = Buffer.from('\n')
const tab = Buffer.from('\t')

/** The value as it is, after the parts that were asked for. A tombstone is `null`, as Kafka's tools write it. */
export function rawWriter(parts: readonly ShownPart[], forTerminal: boolean): RecordWriter {
  // No terminal obeys a record.
  const bytes = (data: Buffer): Buffer => (forTerminal ? Buffer.from(printable(data.toString())) : data)
  return (record) => {
    const shown = shownParts.filter((part) => parts.includes(part)).map((part) => bytes(partOf(record, part)))
    const value = record.value === null ? Buffer.from('null') : bytes(record.value)
    return Buffer.concat([...shown.flatMap((part) => [part, tab]), value, newline])
  }
}

function partOf(record: ReadRecord, part: ShownPart): Buffer {
  if (part === 'key') return record.key ?? Buffer.from('null')
  if (part === 'headers') return Buffer.from(headersText(record) || 'NO_HEADERS')
  return Buffer.from(part === 'timestamp' ? new Date(record.timestampMs).toISOString() : String(record[part]))
}

/** `source:shop,trace:1a` */
function headersText({ headers }: ReadRecord): string {
  return headers.map(({ key, value }) => `${key}:${value === null ? 'null' : showBytes(value).text}`).join(',')
}

/** A record as one line of JSON; `weir stream produce --format json` takes it back, with key, headers and timestamp. */
export interface JsonRecord {
  readonly partition: number
  readonly offset: number
  /** ISO 8601. */
  readonly timestamp: string
  readonly key: string | null
  /** Left out for text. */
  readonly keyEncoding?: 'base64'
  /** null for a tombstone. */
  readonly value: string | null
  readonly valueEncoding?: 'base64'
  /** Left out when there are none. */
  readonly headers?: readonly { readonly key: string; readonly value: string | null; readonly encoding?: 'base64' }[]
}

function jsonRecord(record: ReadRecord): JsonRecord {
  const [key, value] = [textOf(record.key), textOf(record.value)]
  const headers = record.headers.map((header) => {
    const shown = textOf(header.value)
    return { key: header.key, value: shown.text, ...(shown.isBase64 ? { encoding: 'base64' as const } : {}) }
  })
  return {
    partition: record.partition,
    offset: record.offset,
    timestamp: new Date(record.timestampMs).toISOString(),
    key: key.text,
    ...(key.isBase64 ? { keyEncoding: 'base64' } : {}),
    value: value.text,
    ...(value.isBase64 ? { valueEncoding: 'base64' } : {}),
    ...(headers.length > 0 ? { headers } : {}),
  }
}

function textOf(data: Buffer | null): { readonly text: string | null; readonly isBase64: boolean } {
  if (data === null) return { text: null, isBase64: false }
  const { text, encoding } = showBytes(data)
  return { text, isBase64: encoding === 'base64' }
}

export const jsonWriter: RecordWriter = (record) => Buffer.from(`${JSON.stringify(jsonRecord(record))}\n`)

const widths = { partition: 4, offset: 12, timestamp: 24, key: 20 } as const
const cellMax = 200

/** Columns that do not move: the records to come are not known. */
export const tableTitle = `${'PART'.padStart(widths.partition)}  ${'OFFSET'.padStart(widths.offset)}  ${'TIMESTAMP'.padEnd(widths.timestamp)}  ${'KEY'.padEnd(widths.key)}  VALUE`

export const tableWriter: RecordWriter = (record) => {
  const cells = [
    String(record.partition).padStart(widths.partition),
    String(record.offset).padStart(widths.offset),
    new Date(record.timestampMs).toISOString(),
    cell(record.key).padEnd(widths.key),
    cell(record.value),
    record.headers.length > 0 ? `[${printable(headersText(record))}]` : '',
  ]
  return Buffer.from(`${cells.join('  ').trimEnd()}\n`)
}

function cell(data: Buffer | null): string {
  if (data === null) return '∅'
  const { text, encoding, bytes, cut } = showBytes(data, cellMax)
  const shown = encoding === 'base64' ? `base64:${text}` : printable(text)
  return cut ? `${shown}… (${bytes} bytes)` : shown
}

/** WEIR-2009 for a part that there is none of. */
export function partsOption(value: string | boolean | undefined): readonly ShownPart[] {
  if (typeof value !== 'string') return []
  return value.split(',').map((name) => {
    const part = shownParts.find((known) => known === name.trim())
    if (part) return part
    throw new WeirError('WEIR-2009', `--show takes ${shownParts.join(', ')}, separated by commas, not "${name}"`)
  })
}
