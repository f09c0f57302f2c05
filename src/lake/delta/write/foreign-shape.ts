import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { evolveSchema } from '../../metadata/evolve-schema.ts'
import { specById, tableSchema } from '../../metadata/read.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { TableUpdate } from '../../metadata/update.ts'
import { nameMappingProperty } from '../../scan/name-mapping.ts'
import { parseType } from '../../types/parse-type.ts'
import { printType } from '../../types/print-type.ts'
import type { IcebergType, Schema } from '../../types/type.ts'
import type { DeltaAction, DeltaMetadata } from '../delta-action.ts'
import { deltaColumns } from '../delta-schema.ts'
import { settingsProperty } from './delta-table.ts'
import { checkSettings, checkWritable, settableKeys, settingsOf, type DeltaSettings } from './table-settings.ts'

/** What protocol and columns of another engine's commit change of a table. `WEIR-4025` for what Weir does not follow. */
export function shapeUpdates(actions: readonly DeltaAction[], metadata: TableMetadata): readonly TableUpdate[] {
  const protocol = actions.findLast((action) => action.protocol)?.protocol
  const shape = actions.findLast((action) => action.metaData)?.metaData
  if (!protocol && !shape) return []
  const table = metadata.location
  if (protocol) checkWritable(protocol, table)
  if (shape) checkSettings(shape, table)
  const settings: DeltaSettings = {
    ...settingsOf(metadata),
    ...(protocol ? { protocol } : {}),
    ...(shape
      ? {
          name: shape.name ?? undefined,
          description: shape.description ?? undefined,
          createdTime: shape.createdTime ?? undefined,
          configuration: shape.configuration ?? {},
        }
      : {}),
  }
  return [
    ...(shape ? [...columnUpdates(shape, metadata), ...propertyUpdates(shape)] : []),
    { action: 'set-properties', updates: { [settingsProperty]: JSON.stringify(settings) } },
  ]
}

/** Settings that are properties of the table too, as the other engine left them. */
function propertyUpdates({ configuration }: DeltaMetadata): readonly TableUpdate[] {
  const set = Object.fromEntries(
    settableKeys.flatMap((key) => {
      const value = configuration?.[key]
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
  const gone = settableKeys.filter((key) => !(key in set))
  return [
    { action: 'set-properties', updates: set },
    { action: 'remove-properties', removals: gone },
  ]
}

function columnUpdates(shape: DeltaMetadata, metadata: TableMetadata): readonly TableUpdate[] {
  const table = metadata.location
  const schema = tableSchema(metadata)
  const partitions = specById(metadata, metadata['default-spec-id']).fields.map(({ name }) => name)
  if (shape.partitionColumns.join('\0') !== partitions.join('\0'))
    throw new WeirError(
      'WEIR-4025',
      `${table} was partitioned anew, by ${shape.partitionColumns.join(', ') || 'nothing'}`,
    )
  const columns = deltaColumns(shape, table)
  const gone = schema.fields.find(({ name }) => !columns.some((column) => column.name === name))
  if (gone) throw new WeirError('WEIR-4025', `${table}: the column ${gone.name} was dropped; Weir does not follow that`)
  let evolved = { schema, lastColumnId: metadata['last-column-id'] }
  for (const { name, type } of columns) {
    const present = schema.fields.find((field) => field.name === name)
    if (present === undefined) evolved = evolveSchema(evolved, { change: 'add', column: { name, type } })
    else if (plainType(present.type) !== plainType(parseType(type)))
      throw new WeirError(
        'WEIR-4025',
        `${table}: the column ${name} is ${type} now and was ${printType(present.type)}; Weir does not follow that`,
      )
  }
  if (evolved.schema === schema) return []
  return [
    { action: 'add-schema', schema: evolved.schema, 'last-column-id': evolved.lastColumnId },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
}

function plainType(type: IcebergType): string {
  return printType(type).replaceAll(' required', '')
}

/** Files of other engines have no ids: their columns are found by name, which in these tables never changes. */
export function nameMappingUpdate(metadata: TableMetadata): TableUpdate {
  const mapping = JSON.stringify(mappedFields(tableSchema(metadata)))
  return { action: 'set-properties', updates: { [nameMappingProperty]: mapping } }
}

interface MappedField {
  readonly 'field-id': number
  readonly names: readonly string[]
  readonly fields?: readonly MappedField[]
}

function mappedFields({ fields }: Pick<Schema, 'fields'>): readonly MappedField[] {
  return fields.map(({ id, name, type }) => mappedField(id, name, type))
}

function mappedField(id: number, name: string, type: IcebergType): MappedField {
  const inside = insideOf(type)
  return { 'field-id': id, names: [name], ...(inside.length === 0 ? {} : { fields: inside }) }
}

function insideOf(type: IcebergType): readonly MappedField[] {
  if (typeof type === 'string') return []
  if (type.type === 'struct') return mappedFields(type)
  if (type.type === 'list') return [mappedField(type['element-id'], 'element', type.element)]
  return [mappedField(type['key-id'], 'key', type.key), mappedField(type['value-id'], 'value', type.value)]
}
