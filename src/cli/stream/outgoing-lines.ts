import { createInterface } from 'node:readline'
import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { OutgoingRecord } from '../../stream/client/producer.ts'
import { placed } from '../../stream/client/record-too-large.ts'

/** What is said of every record of a call. */
export interface RecordDefaults {
  readonly key: string | null
  readonly partition: number | undefined
  readonly timestampMs: number | undefined
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[]
}

/** How a line becomes a record. Undefined for a line that is none. Bytes that are no UTF-8 are somebody's too: they stay what they are. */
export type LineReader = (line: Buffer, number: number) => OutgoingRecord | undefined

/** Each line a value, or a key, the separator and a value. A value that is the marker is a tombstone. */
export function plainLines(
  defaults: RecordDefaults,
  separator: string | undefined,
  nullMarker: string | undefined,
): LineReader {
  const marker = nullMarker === undefined ? undefined : Buffer.from(nullMarker)
  const valueOf = (bytes: Buffer): Buffer | null => (marker?.equals(bytes) ? null : bytes)
  return (line, number) => {
    if (line.length === 0) return undefined
    if (separator === undefined) return withDefaults(defaults, { value: valueOf(line) })
    const at = line.indexOf(separator)
    if (at < 0)
      throw new WeirError(
        'WEIR-2009',
        `line ${number} has no ${JSON.stringify(separator)} between key and value: ${line.toString().slice(0, 80)}`,
      )
    return withDefaults(defaults, {
      key: line.subarray(0, at),
      value: valueOf(line.subarray(at + Buffer.byteLength(separator))),
    })
  }
}

/** Each line what `weir stream tail --json` prints; the partition is taken only when `keepPartition` is set. */
export function jsonLines(defaults: RecordDefaults, keepPartition: boolean): LineReader {
  return (line, number) => {
    const json = line.toString()
    if (json.trim() === '') return undefined
    const read = parsed(json, number)
    const timestampMs = read.timestamp === undefined ? undefined : Date.parse(read.timestamp)
    if (Number.isNaN(timestampMs)) throw wrongLine(number, `"${read.timestamp}" is no time`)
    return withDefaults(defaults, {
      value: bytesOf(read.value, read.valueEncoding),
      ...(read.key === undefined || read.key === null ? {} : { key: bytesOf(read.key, read.keyEncoding) }),
      ...(timestampMs === undefined ? {} : { timestampMs }),
      ...(keepPartition && read.partition !== undefined ? { partition: read.partition } : {}),
      ...(read.headers
        ? { headers: read.headers.map(({ key, value, encoding }) => ({ key, value: bytesOf(value, encoding) })) }
        : {}),
    })
  }
}

const encoding = z.literal('base64').optional()
const text = z.string().nullable()
/** As `JsonRecord` of printed-record.ts; what a broker gives a record may be left out. */
const jsonRecord = z.strictObject({
  partition: z.int().min(0).optional(),
  offset: z.int().optional(),
  timestamp: z.string().optional(),
  key: text.optional(),
  keyEncoding: encoding,
  value: text,
  valueEncoding: encoding,
  headers: z.array(z.strictObject({ key: z.string(), value: text, encoding })).optional(),
})
const form = '{"key": "k", "value": "v", "headers": [{"key": "h", "value": "x"}]}, texts or null'

function parsed(line: string, number: number): z.infer<typeof jsonRecord> {
  let read: unknown
  try {
    read = JSON.parse(line)
  } catch (error) {
    throw wrongLine(number, (error as Error).message)
  }
  const { data, error } = jsonRecord.safeParse(read)
  if (data) return data
  const { path, message } = error.issues[0]!
  throw wrongLine(number, `${path.length === 0 ? 'it' : `"${path.join('.')}"`}: ${message}. A line is like ${form}`)
}

function wrongLine(number: number, why: string): WeirError {
  return new WeirError('WEIR-2009', `line ${number} is not what weir stream tail --json prints: ${why}`)
}

function bytesOf(text: string | null, encoding: 'base64' | undefined): Buffer | null {
  return text === null ? null : Buffer.from(text, encoding ?? 'utf8')
}

/** What the record says itself goes before what is said of all; headers add up. */
export function withDefaults(defaults: RecordDefaults, own: OutgoingRecord): OutgoingRecord {
  const headers = [...(own.headers ?? []), ...defaults.headers]
  return {
    key: defaults.key,
    ...(defaults.partition === undefined ? {} : { partition: defaults.partition }),
    ...(defaults.timestampMs === undefined ? {} : { timestampMs: defaults.timestampMs }),
    ...own,
    ...(headers.length > 0 ? { headers } : {}),
  }
}

/** Sends every line; what is wrong with one is said with its number. */
export async function sendLines(
  input: NodeJS.ReadableStream,
  read: LineReader,
  send: (record: OutgoingRecord) => Promise<void> | undefined,
): Promise<void> {
  let number = 0
  // A character for each byte: readline knows lines of texts alone.
  for await (const line of createInterface({ input: input.setEncoding('latin1'), crlfDelay: Infinity })) {
    const found = read(Buffer.from(line, 'latin1'), ++number)
    try {
      if (found) await send(found)
    } catch (error) {
      throw placed(`line ${number}`, error)
    }
  }
}
