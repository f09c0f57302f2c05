import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { sqlName } from '../check-name.ts'
import type { KindDefinition } from '../kind-definition.ts'
import { sqlTwin } from '../sql-twin.ts'
import { tableChanges } from './changes.ts'
import { columnPlan, keyedColumns, reconcileTable } from './reconcile.ts'
import { tableSchema, type TableSpec } from './schema.ts'

/** Weir's own columns, which every table that a delivery fills carries (processes.md, "How they talk"). */
const ownColumns = [
  { name: '_source', type: 'string', required: false },
  { name: '_source_partition', type: 'int', required: false },
  { name: '_offset', type: 'long', required: false },
  { name: '_timestamp', type: 'timestamptz', required: false },
]

export const tableKind: KindDefinition<TableSpec> & { readonly kind: 'table' } = {
  kind: 'table',
  plural: 'tables',
  summary: 'A table of the lake: Iceberg, or Delta.',
  example: "table('orders', { columns: { id: 'long', placed_at: 'timestamptz' } })",
  nameRule: sqlName,
  schema: tableSchema,
  relation: ({ name, spec }) => ({
    table: {
      schema: spec.namespace,
      name,
      columns: [...Object.entries(keyedColumns(spec)).map(columnPlan), ...ownColumns],
      ...(spec.key ? { key: spec.key } : {}),
    },
  }),
  async check({ name, spec, at }, { desired }) {
    const twin = sqlTwin(desired, { kind: 'table', name }, { namespace: spec.namespace, name })
    if (twin && twin.kind !== 'crawler')
      throw new WeirError(
        'WEIR-1006',
        `table "${name}": the ${twin.kind} "${twin.name}" is declared in ${(twin.spec as TableSpec).namespace} too; SQL could not tell them apart. Rename one`,
        at === undefined ? {} : { at },
      )
  },
  describe({ columns, key, partitionBy, format }) {
    const count = Object.keys(columns).length
    return `${count} ${count === 1 ? 'column' : 'columns'}${key ? `, key ${key.join(', ')}` : ''}${partitionBy.length > 0 ? `, partitioned by ${partitionBy.join(', ')}` : ''}${format === 'delta' ? ', a Delta table' : ''}`
  },
  changes: tableChanges,
  destroyedByRemoval: ({ name }) => `the rows of the table ${name}`,
  reconcile: (resource, { tables }) => reconcileTable(resource, tables),
  remove: async ({ name, spec }, { tables }) => void (await tables.drop({ namespace: spec.namespace, name })),
  async trouble({ name, spec }, { tables }) {
    // Made anew it would be empty: only a person knows whether that is meant.
    return (await tables.exists({ namespace: spec.namespace, name }))
      ? null
      : `another client of the catalog dropped or renamed ${spec.namespace}.${name}. Name it so again, or restart Weir, which makes it anew`
  },
  async status({ name, spec }, { tables }) {
    const loaded = await tables.load({ namespace: spec.namespace, name })
    if (!loaded) return { exists: false }
    const { columns, rows, bytes, files, snapshotId, metadataLocation, format, delta } = loaded
    return {
      exists: true,
      format,
      rows,
      bytes,
      files,
      snapshotId,
      metadataLocation,
      columns,
      ...(delta === undefined ? {} : { delta }),
    }
  },
}
