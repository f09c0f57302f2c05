import { z } from 'zod'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { DeltaMetadata } from './delta-action.ts'
import { isMapped } from './delta-protocol.ts'

export interface DeltaColumn {
  readonly name: string
  /** What files call it. */
  readonly source: string
  /** An Iceberg type. */
  readonly type: string
  readonly isPartition: boolean
}

interface DeltaField {
  readonly name: string
  readonly type: DeltaType
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

type DeltaType =
  | string
  | { readonly type: 'struct'; readonly fields: readonly DeltaField[] }
  | { readonly type: 'array'; readonly elementType: DeltaType }
  | { readonly type: 'map'; readonly keyType: DeltaType; readonly valueType: DeltaType }

const deltaType: z.ZodType<DeltaType> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ type: z.literal('struct'), fields: z.array(deltaField) }),
    z.object({ type: z.literal('array'), elementType: deltaType }),
    z.object({ type: z.literal('map'), keyType: deltaType, valueType: deltaType }),
  ]),
)
const deltaField: z.ZodType<DeltaField> = z.object({
  name: z.string(),
  type: deltaType,
  metadata: z.record(z.string(), z.unknown()).optional(),
})
const deltaSchema = z.object({ type: z.literal('struct'), fields: z.array(deltaField) })

/** The columns of a table, as its log has them. `WEIR-4025` for a type that tables here do not have. */
export function deltaColumns(metadata: DeltaMetadata, table: string): readonly DeltaColumn[] {
  const mapped = isMapped(metadata)
  const { fields } = deltaSchema.parse(JSON.parse(metadata.schemaString))
  return fields.map(({ name, type, metadata: facts }) => {
    if (mapped && typeof type !== 'string' && holdsStruct(type))
      throw new WeirError(
        'WEIR-4025',
        `${table}: the column "${name}" has fields inside, and its table maps names of columns: such fields are not found`,
      )
    const physical = facts?.['delta.columnMapping.physicalName']
    const source = mapped && typeof physical === 'string' ? physical : name
    return { name, source, type: icebergType(type, name, table), isPartition: metadata.partitionColumns.includes(name) }
  })
}

const primitives: Readonly<Record<string, string>> = {
  byte: 'int',
  short: 'int',
  integer: 'int',
  long: 'long',
  float: 'float',
  double: 'double',
  string: 'string',
  binary: 'binary',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamptz',
  timestamp_ntz: 'timestamp',
}

function icebergType(type: DeltaType, column: string, table: string): string {
  const inside = (inner: DeltaType): string => icebergType(inner, column, table)
  if (typeof type === 'string') {
    const found = primitives[type] ?? (/^decimal\(\d+, ?\d+\)$/.test(type) ? type.replace(' ', '') : undefined)
    if (found !== undefined) return found
    throw new WeirError('WEIR-4025', `${table}: the column "${column}" is ${type}, which has no type of a table here`)
  }
  if (type.type === 'array') return `list<${inside(type.elementType)}>`
  if (type.type === 'map') return `map<${inside(type.keyType)}, ${inside(type.valueType)}>`
  return `struct<${type.fields.map((field) => `${field.name}: ${inside(field.type)}`).join(', ')}>`
}

function holdsStruct(type: DeltaType): boolean {
  if (typeof type === 'string') return false
  if (type.type === 'struct') return true
  return type.type === 'array'
    ? holdsStruct(type.elementType)
    : holdsStruct(type.keyType) || holdsStruct(type.valueType)
}
