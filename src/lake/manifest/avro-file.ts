import { randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import avro from 'avsc'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { type Long, toLong } from '../json.ts'
import { decompress } from './avro-codec.ts'
import { AvroCursor } from './avro-cursor.ts'
import { avroReader, type AvroSchema } from './avro-reader.ts'

export interface AvroFile<Item> {
  readonly metadata: ReadonlyMap<string, Buffer>
  readonly schema: AvroSchema
  readonly records: readonly Item[]
  /** Of the records, unpacked. */
  readonly bytes: number
}

const magic = Buffer.from('Obj\u0001')
const syncBytes = 16
/** Of a block: what a buffer of Node may have is more, and no manifest comes near. */
const unpackedBytesMax = 1 << 30
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
export function avroType(text: string): avro.Type {
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
  const type = avroType(text)
  const header = { ...metadata, 'avro.schema': text, 'avro.codec': 'deflate' }
  const headerBytes = headerType.toBuffer(
    Object.fromEntries(Object.entries(header).map(([key, value]) => [key, Buffer.from(value)])),
  )
  const sync = randomBytes(syncBytes)
  if (records.length === 0) return Buffer.concat([magic, headerBytes, sync])
  const block = deflateRawSync(Buffer.concat(records.map((record) => type.toBuffer(record))))
  return Buffer.concat([magic, headerBytes, sync, zigzag(records.length), zigzag(block.length), block, sync])
}

/** What reads the records of a file, made of its schema. */
type ReaderOf<Item> = (schema: AvroSchema) => (cursor: AvroCursor) => Item

/** `WEIR-4008` for what is no container file or uses a codec that Iceberg does not. */
export function decodeAvroFile<Item = unknown>(
  bytes: Buffer,
  location: string,
  readerOf: ReaderOf<Item> = avroReader as ReaderOf<Item>,
): AvroFile<Item> {
  if (!bytes.subarray(0, 4).equals(magic)) throw new WeirError('WEIR-4008', `${location} is not an Avro file`)
  try {
    return decode(bytes, readerOf)
  } catch (cause) {
    if (cause instanceof WeirError) throw cause
    throw new WeirError('WEIR-4008', `${location} does not decode as Avro: ${(cause as Error).message}`, { cause })
  }
}

function decode<Item>(bytes: Buffer, readerOf: ReaderOf<Item>): AvroFile<Item> {
  const header = headerType.decode(bytes, 4) as { value: Record<string, Buffer>; offset: number }
  const metadata = new Map(Object.entries(header.value))
  const text = metadata.get('avro.schema')?.toString() ?? ''
  const codec = metadata.get('avro.codec')?.toString() ?? 'null'
  const schema = JSON.parse(text) as AvroSchema
  const read = readerOf(schema)
  const records: Item[] = []
  let unpacked = 0
  for (const blocks = new AvroCursor(bytes, header.offset + syncBytes); blocks.at < bytes.length;) {
    const count = Number(blocks.long())
    const block = new AvroCursor(decompress(codec, blocks.slice(blocks.length()), unpackedBytesMax))
    unpacked += block.bytes.length
    for (let item = 0; item < count; item++) records.push(read(block))
    blocks.slice(syncBytes)
  }
  return { metadata, schema, records, bytes: unpacked }
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
