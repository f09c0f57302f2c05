import { randomBytes } from 'node:crypto'
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib'
import avro from 'avsc'
import { compressSync } from 'snappy'
import { avroType } from '../../src/lake/manifest/avro-file.ts'
import type { AvroSchema } from '../../src/lake/manifest/avro-reader.ts'
import { primitiveOf } from '../../src/record/schema/primitive.ts'
import type { Field, IcebergType } from '../../src/lake/types/type.ts'

export const avroCodecs = ['null', 'deflate', 'snappy', 'zstandard'] as const
export type AvroCodec = (typeof avroCodecs)[number]

export interface AvroContainerOptions {
  readonly codec?: AvroCodec
  readonly blockRows?: number
}

const headerType = avro.Type.forSchema({ type: 'map', values: 'bytes' })
const countType = avro.Type.forSchema('long')

/** An Avro file of several blocks, as engines write them. */
export function avroContainer(
  schema: AvroSchema,
  rows: readonly unknown[],
  { codec = 'deflate', blockRows = 100 }: AvroContainerOptions = {},
): Buffer {
  const type = avroType(JSON.stringify(schema))
  const header = { 'avro.schema': Buffer.from(JSON.stringify(schema)), 'avro.codec': Buffer.from(codec) }
  const sync = randomBytes(16)
  const parts = [Buffer.from('Obj\u0001'), headerType.toBuffer(header), sync]
  for (let at = 0; at < rows.length; at += blockRows) {
    const block = rows.slice(at, at + blockRows)
    const packed = pack(codec, Buffer.concat(block.map((row) => type.toBuffer(row))))
    parts.push(countType.toBuffer(block.length), countType.toBuffer(packed.length), packed, sync)
  }
  return Buffer.concat(parts)
}

function pack(codec: AvroCodec, bytes: Buffer): Buffer {
  if (codec === 'null') return bytes
  if (codec === 'deflate') return deflateRawSync(bytes)
  if (codec === 'zstandard') return zstdCompressSync(bytes)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(bytes))
  return Buffer.concat([compressSync(bytes), checksum])
}

/** The Avro schema that Iceberg gives to a table's (specification, appendix A). */
export function avroSchemaOf(fields: readonly Field[]): AvroSchema {
  return { type: 'record', name: 'table', fields: fields.map(avroField) }
}

function avroField({ id, name, type, required }: Field): AvroSchema & object {
  return { name, 'field-id': id, type: optional(avroTypeOf(type, id), required) }
}

function optional(type: AvroSchema, required: boolean): AvroSchema {
  return required ? type : ['null', type]
}

function avroTypeOf(type: IcebergType, id: number): AvroSchema {
  if (typeof type === 'string') return primitive(type, id)
  if (type.type === 'struct') return { type: 'record', name: `r${id}`, fields: type.fields.map(avroField) }
  if (type.type === 'list')
    return {
      type: 'array',
      items: optional(avroTypeOf(type.element, type['element-id']), type['element-required']),
      'element-id': type['element-id'],
    }
  const { 'key-id': keyId, 'value-id': valueId } = type
  const values = optional(avroTypeOf(type.value, valueId), type['value-required'])
  if (type.key === 'string') return { type: 'map', values, 'key-id': keyId, 'value-id': valueId }
  const fields = [
    { name: 'key', type: avroTypeOf(type.key, keyId), 'field-id': keyId },
    { name: 'value', type: values, 'field-id': valueId },
  ]
  return { type: 'array', logicalType: 'map', items: { type: 'record', name: `k${keyId}_v${valueId}`, fields } }
}

function primitive(type: string, id: number): AvroSchema {
  const known = primitiveOf(type)
  const moment = (unit: string, isAdjusted: boolean) =>
    ({ type: 'long', logicalType: `timestamp-${unit}`, 'adjust-to-utc': isAdjusted }) as const
  switch (known.name) {
    case 'decimal': {
      const { precision, scale } = known
      return {
        type: 'fixed',
        name: `decimal_${id}`,
        size: decimalBytes(precision),
        logicalType: 'decimal',
        precision,
        scale,
      }
    }
    case 'fixed':
      return { type: 'fixed', name: `fixed_${id}`, size: known.length }
    case 'uuid':
      return { type: 'fixed', name: `uuid_${id}`, size: 16, logicalType: 'uuid' }
    case 'date':
      return { type: 'int', logicalType: 'date' }
    case 'time':
      return { type: 'long', logicalType: 'time-micros' }
    case 'timestamp':
      return moment('micros', false)
    case 'timestamptz':
      return moment('micros', true)
    case 'timestamp_ns':
      return moment('nanos', false)
    case 'timestamptz_ns':
      return moment('nanos', true)
    case 'binary':
      return 'bytes'
    default:
      return known.name
  }
}

/** As few as hold the largest value. */
export function decimalBytes(precision: number): number {
  let bytes = 1
  while (2n ** BigInt(8 * bytes - 1) - 1n < 10n ** BigInt(precision) - 1n) bytes++
  return bytes
}
