import { transformedType } from '../metadata/transform.ts'
import type { PartitionSpec } from '../metadata/table-metadata.ts'
import { primitiveOf } from '../../record/schema/primitive.ts'
import { fieldsById } from '../types/schema.ts'
import type { Schema } from '../types/type.ts'
import type { AvroSchema } from './avro-reader.ts'

/** Schemas of manifests and manifest lists, format versions 2 and 3 (Iceberg specification, manifests). */
type AvroField = { readonly name: string; readonly type: AvroSchema; readonly 'field-id': number } & {
  readonly default?: null
  readonly 'iceberg-field-name'?: string
}

const required = (id: number, name: string, type: AvroSchema): AvroField => ({ name, type, 'field-id': id })
const optional = (id: number, name: string, type: AvroSchema): AvroField => ({
  name,
  type: ['null', type],
  default: null,
  'field-id': id,
})

/** Avro maps have text keys only, so Iceberg writes maps by id as arrays of pairs. */
const byId = (keyId: number, valueId: number, value: AvroSchema): AvroSchema => ({
  type: 'array',
  logicalType: 'map',
  items: {
    type: 'record',
    name: `k${keyId}_v${valueId}`,
    fields: [required(keyId, 'key', 'int'), required(valueId, 'value', value)],
  },
})

const listOf = (elementId: number, items: AvroSchema): AvroSchema => ({ type: 'array', 'element-id': elementId, items })

/** A manifest of files under this spec. */
export function manifestEntrySchema(partition: AvroSchema, formatVersion = 2): AvroSchema {
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      required(134, 'content', 'int'),
      required(100, 'file_path', 'string'),
      required(101, 'file_format', 'string'),
      required(102, 'partition', partition),
      required(103, 'record_count', 'long'),
      required(104, 'file_size_in_bytes', 'long'),
      optional(108, 'column_sizes', byId(117, 118, 'long')),
      optional(109, 'value_counts', byId(119, 120, 'long')),
      optional(110, 'null_value_counts', byId(121, 122, 'long')),
      optional(137, 'nan_value_counts', byId(138, 139, 'long')),
      optional(125, 'lower_bounds', byId(126, 127, 'bytes')),
      optional(128, 'upper_bounds', byId(129, 130, 'bytes')),
      optional(131, 'key_metadata', 'bytes'),
      optional(132, 'split_offsets', listOf(133, 'long')),
      optional(135, 'equality_ids', listOf(136, 'int')),
      optional(140, 'sort_order_id', 'int'),
      ...(formatVersion < 3 ? [] : [optional(142, 'first_row_id', 'long')]),
      optional(143, 'referenced_data_file', 'string'),
      ...(formatVersion < 3
        ? []
        : [optional(144, 'content_offset', 'long'), optional(145, 'content_size_in_bytes', 'long')]),
    ],
  }
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      required(0, 'status', 'int'),
      optional(1, 'snapshot_id', 'long'),
      optional(3, 'sequence_number', 'long'),
      optional(4, 'file_sequence_number', 'long'),
      required(2, 'data_file', dataFile),
    ],
  }
}

const partitionSummary: AvroSchema = {
  type: 'record',
  name: 'r508',
  fields: [
    required(509, 'contains_null', 'boolean'),
    optional(518, 'contains_nan', 'boolean'),
    optional(510, 'lower_bound', 'bytes'),
    optional(511, 'upper_bound', 'bytes'),
  ],
}

const manifestFileFields: readonly AvroField[] = [
  required(500, 'manifest_path', 'string'),
  required(501, 'manifest_length', 'long'),
  required(502, 'partition_spec_id', 'int'),
  required(517, 'content', 'int'),
  required(515, 'sequence_number', 'long'),
  required(516, 'min_sequence_number', 'long'),
  required(503, 'added_snapshot_id', 'long'),
  required(504, 'added_files_count', 'int'),
  required(505, 'existing_files_count', 'int'),
  required(506, 'deleted_files_count', 'int'),
  required(512, 'added_rows_count', 'long'),
  required(513, 'existing_rows_count', 'long'),
  required(514, 'deleted_rows_count', 'long'),
  optional(507, 'partitions', listOf(508, partitionSummary)),
  optional(519, 'key_metadata', 'bytes'),
]

export function manifestListSchema(formatVersion = 2): AvroSchema {
  const fields = formatVersion < 3 ? manifestFileFields : [...manifestFileFields, optional(520, 'first_row_id', 'long')]
  return { type: 'record', name: 'manifest_file', fields }
}

export interface PartitionColumn {
  readonly fieldId: number
  /** Avro takes letters, digits and `_` only; others are written as `_x2E`. */
  readonly avroName: string
  readonly type: string
}

/** The columns of a spec's partition tuples. */
export function partitionColumns(spec: PartitionSpec, schema: Schema): readonly PartitionColumn[] {
  const columns = fieldsById(schema.fields)
  return spec.fields.map((field) => {
    const source = columns.get(field['source-id'])?.type
    // The column of a void field may be dropped since; its values are all null, whatever the type.
    const type = typeof source === 'string' ? transformedType(field.transform, source) : 'int'
    return { fieldId: field['field-id'], avroName: avroName(field.name), type }
  })
}

export function partitionSchema(columns: readonly PartitionColumn[], names: readonly string[]): AvroSchema {
  const defined = new Set<string>()
  const fields = columns.map((column, at) => ({
    ...optional(column.fieldId, column.avroName, namedOnce(partitionAvroType(column.type), defined)),
    ...(column.avroName === names[at] ? {} : { 'iceberg-field-name': names[at]! }),
  }))
  return { type: 'record', name: 'r102', fields }
}

function namedOnce(type: AvroSchema, defined: Set<string>): AvroSchema {
  const name = (type as { readonly name?: unknown }).name
  if (typeof name !== 'string') return type
  if (defined.has(name)) return name
  defined.add(name)
  return type
}

function partitionAvroType(type: string): AvroSchema {
  const primitive = primitiveOf(type)
  switch (primitive.name) {
    case 'date':
      return { type: 'int', logicalType: 'date' }
    case 'time':
      return { type: 'long', logicalType: 'time-micros' }
    case 'timestamp':
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': primitive.name === 'timestamptz' }
    case 'timestamp_ns':
    case 'timestamptz_ns':
      return { type: 'long', logicalType: 'timestamp-nanos', 'adjust-to-utc': primitive.name === 'timestamptz_ns' }
    case 'uuid':
      return { type: 'fixed', name: 'uuid_fixed', size: 16, logicalType: 'uuid' }
    case 'fixed':
      return { type: 'fixed', name: `fixed_${primitive.length}`, size: primitive.length }
    case 'binary':
      return 'bytes'
    case 'decimal': {
      const { precision, scale } = primitive
      const size = decimalBytes(precision)
      return { type: 'fixed', name: `decimal_${precision}_${scale}`, size, logicalType: 'decimal', precision, scale }
    }
    default:
      return primitive.name
  }
}

/** Bytes that hold any unscaled value of this many digits. */
export function decimalBytes(precision: number): number {
  let bytes = 1
  while (2n ** BigInt(8 * bytes - 1) <= 10n ** BigInt(precision)) bytes++
  return bytes
}

function avroName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]/gu, (c) => `_x${c.codePointAt(0)!.toString(16).toUpperCase()}`)
  return /^\d/.test(plain) ? `_${plain}` : plain
}
