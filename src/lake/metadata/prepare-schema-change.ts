import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { PreparedCommit } from '../commit/prepared-commit.ts'
import type { ColumnDeclaration } from '../types/schema.ts'
import { fieldsById } from '../types/schema.ts'
import type { Schema } from '../types/type.ts'
import { evolveSchema, type SchemaChange } from './evolve-schema.ts'
import { tableSchema } from './read.ts'
import type { TableMetadata } from './table-metadata.ts'

export interface AddedColumn extends ColumnDeclaration {
  /** The struct that it is added to, by names from the top (`element`, `value` lead into lists and maps); the table itself when absent. */
  readonly parent?: readonly string[]
}

/**
 * The commit that adds columns, last in their struct and always optional: rows there are have no value for them.
 * `WEIR-4011` for a name that is taken or a parent that is no struct.
 */
export function prepareSchemaChange(metadata: TableMetadata, columns: readonly AddedColumn[]): PreparedCommit {
  return prepareSchemaEvolution(
    metadata,
    columns.map(({ parent, ...column }) => ({ change: 'add', column, ...(parent === undefined ? {} : { parent }) })),
  )
}

/**
 * The commit that changes a table's schema, in the order of the changes. Files stay as they are: columns are found by id, and
 * an id is never given again (INV-L8). `WEIR-4011` for what Iceberg does not allow, or what partitions and orders need.
 */
export function prepareSchemaEvolution(metadata: TableMetadata, changes: readonly SchemaChange[]): PreparedCommit {
  refuseDefaults(metadata, changes)
  const before = { schema: tableSchema(metadata), lastColumnId: metadata['last-column-id'] }
  const { schema, lastColumnId } = changes.reduce(evolveSchema, before)
  refuseLostSources(metadata, schema)
  return {
    requirements: [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': metadata['last-column-id'] },
      // A column that is dropped must not have become the source of a partition or an order meanwhile.
      { type: 'assert-default-spec-id', 'default-spec-id': metadata['default-spec-id'] },
      { type: 'assert-default-sort-order-id', 'default-sort-order-id': metadata['default-sort-order-id'] },
    ],
    updates: [
      { action: 'add-schema', schema, 'last-column-id': lastColumnId },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
  }
}

/** What older versions of the format cannot say. */
function refuseDefaults({ 'format-version': version }: TableMetadata, changes: readonly SchemaChange[]): void {
  const given = changes.find((change) =>
    change.change === 'add'
      ? change.column.initialDefault != null || change.column.writeDefault != null
      : change.change === 'default' && change.value != null,
  )
  if (given === undefined || version >= 3) return
  const name = given.change === 'add' ? given.column.name : given.column.join('.')
  throw new WeirError(
    'WEIR-4011',
    `The column ${name} cannot have a default: the table has format version ${version}, and defaults come with version 3. If all engines that read it read that version, upgrade it first: ALTER TABLE … SET (format_version = 3)`,
  )
}

/** Every spec that is kept may have files, whose partitions are typed by their columns. */
function refuseLostSources(metadata: TableMetadata, schema: Schema): void {
  const left = fieldsById(schema.fields)
  const before = fieldsById(tableSchema(metadata).fields)
  const refuse = (source: number, what: string): void => {
    if (left.has(source) || !before.has(source)) return
    throw new WeirError('WEIR-4011', `The column ${before.get(source)!.path.join('.')} cannot be dropped: ${what}`)
  }
  for (const spec of metadata['partition-specs'])
    for (const { 'source-id': source, name, transform } of spec.fields)
      if (transform !== 'void') refuse(source, `files are partitioned by it, as ${name} (spec ${spec['spec-id']})`)
  const order = metadata['sort-orders'].find((one) => one['order-id'] === metadata['default-sort-order-id'])
  for (const { 'source-id': source } of order?.fields ?? []) refuse(source, 'the table is sorted by it')
}
