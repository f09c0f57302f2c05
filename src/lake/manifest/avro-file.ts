import { randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync, zstdDecompressSync } from 'node:zlib'
import avro from 'avsc'
import { uncompressSync } from 'snappy'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { type Long, toLong } from '../json.ts'

/** An Avro schema as JSON. Attributes that Avro does not know (`field-id`) are kept in the file: Iceberg needs them. */
export type AvroSchema = string | { readonly [key: string]: unknown } | readonly AvroSchema[]

export interface AvroFile {
  readonly metadata: ReadonlyMap<string, Buffer>
  readonly schema: AvroSchema
  readonly records: readonly unknown[]
}

const magic = Buffer.from('Obj\u0001')
const headerType = avro.Type.forSchema({ type: 'map', values: 'bytes' })

// Snapshot ids of other engines have 63 bits; avsc's own long refuses them.
const longType = (
  avro.types.LongType as unknown as { __with(methods: Readonly<Record<string, unknown>>): avro.Type }
).__with({
  fromBuffer: (bytes: Buffer): Long => toLong(bytes.readBigInt64LE()),
  toBuffer: (value: Long): Buffer => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(value))
    return bytes
  },
  fromJSON: (value: Long): Long => value,
  toJSON: (value: Long): string => String(value),
  isValid: (value: unknown): boolean => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (a: Long, b: Long): number => (a < b ? -1 : a > b ? 1 : 0),
})

const types = new Map<string, avro.Type>()

/** Compiled types are kept: a table has few schemas and thousands of manifests. */
function typeOf(text: string): avro.Type {
  const known = types.get(text)
  if (known !== undefined) return known
  const type = avro.Type.forSchema(JSON.parse(text) as avro.Schema, {
    registry: { long: longType },
    // A long with a logical type (a timestamp in a partition) is none that the registry knows by name.
    typeHook: (attributes) => ((attributes as { readonly type?: unknown }).type === 'long' ? longType : undefined),
    wrapUnions: 'never',
  })
  if (types.size > 200) types.clear()
  types.set(text, type)
  return type
}

/** An object container file (Avro specification), one block, deflated. */
export function encodeAvroFile(
  schema: AvroSchema,
  metadata: Readonly<Record<string, string>>,
  records: readonly unknown[],
): Buffer {
  const text = JSON.stringify(schema)
  const type = typeOf(text)
  const header = { ...metadata, 'avro.schema': text, 'avro.codec': 'deflate' }
  const headerBytes = headerType.toBuffer(
    Object.fromEntries(Object.entries(header).map(([key, value]) => [key, Buffer.from(value)])),
  )
  const sync = randomBytes(16)
  if (records.length === 0) return Buffer.concat([magic, headerBytes, sync])
  const block = deflateRawSync(Buffer.concat(records.map((record) => type.toBuffer(record))))
  return Buffer.concat([magic, headerBytes, sync, zigzag(records.length), zigzag(block.length), block, sync])
}

/** `WEIR-4008` for what is no container file or uses a codec that Iceberg does not. */
export function decodeAvroFile(bytes: Buffer, location: string): AvroFile {
  if (!bytes.subarray(0, 4).equals(magic)) throw new WeirError('WEIR-4008', `${location} is not an Avro file`)
  try {
    return decode(bytes)
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    throw new WeirError('WEIR-4008', `${location} does not decode as Avro: ${(cause as Error).message}`, { cause })
  }
}

function decode(bytes: Buffer): AvroFile {
  const header = headerType.decode(bytes, 4) as { value: Record<string, Buffer>; offset: number }
  const metadata = new Map(Object.entries(header.value))
  const text = metadata.get('avro.schema')?.toString() ?? ''
  const codec = metadata.get('avro.codec')?.toString() ?? 'null'
  const type = typeOf(text)
  const records: unknown[] = []
  for (let at = header.offset + 16; at < bytes.length;) {
    const [count, afterCount] = readZigzag(bytes, at)
    const [size, start] = readZigzag(bytes, afterCount)
    const block = decompress(codec, bytes.subarray(start, start + size))
    for (let item = 0, offset = 0; item < count; item++) {
      const read = type.decode(block, offset) as { value: unknown; offset: number }
      if (read.offset < 0) throw new RangeError('a record is cut short')
      records.push(read.value)
      offset = read.offset
    }
    at = start + size + 16
  }
  return { metadata, schema: JSON.parse(text) as AvroSchema, records }
}

function decompress(codec: string, block: Buffer): Buffer {
  switch (codec) {
    case 'null':
      return block
    case 'deflate':
      return inflateRawSync(block)
    case 'zstandard':
      return zstdDecompressSync(block)
    case 'snappy':
      return uncompressSync(block.subarray(0, -4), { asBuffer: true }) as Buffer
    default:
      throw new RangeError(`the codec ${codec} is not known`)
  }
}

function zigzag(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

function readZigzag(bytes: Buffer, at: number): readonly [value: number, next: number] {
  let value = 0
  for (let next = at, factor = 1; ; next++, factor *= 128) {
    const byte = bytes[next]
    if (byte === undefined) throw new RangeError('a block is cut short')
    value += (byte & 127) * factor
    if (byte < 128) return [value / 2, next + 1]
  }
}
