import type { ErrorCode } from '../../../kernel/errors/catalogue.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import { formatProperty } from '../../../lake/delta/write/delta-table.ts'
import type { PartitionField as IcebergPartitionField } from '../../../lake/metadata/table-metadata.ts'
import type { TableUpdate } from '../../../lake/metadata/update.ts'
import { schemaOf } from '../../../lake/types/schema.ts'
import type { Schema } from '../../../lake/types/type.ts'
import type {
  ColumnPlan,
  TableChange,
  TableFormat,
  TableIdentifier,
  TablePlan,
  TableService,
} from '../../kinds/reconcile-services.ts'
import { partitionName } from '../../kinds/table/partition.ts'
import type { DropNotes } from './interrupted-changes.ts'
import { changedSchema } from './changed-schema.ts'
import { describeTable } from './describe-table.ts'

/** Where each row comes from: Weir's own columns, after the user's (`docs/spec/processes.md`). */
const ownColumns: readonly ColumnPlan[] = [
  { name: '_source', type: 'string', required: false, doc: 'id of the topic' },
  { name: '_source_partition', type: 'int', required: false, doc: 'partition of the topic' },
  { name: '_offset', type: 'long', required: false, doc: 'offset of the record' },
  { name: '_timestamp', type: 'timestamptz', required: false, doc: 'timestamp of the record' },
]

const attemptsMax = 8

/** Tables by the catalog's REST interface, like every other client of it. */
export function createTableService(
  client: CatalogClient,
  drops: DropNotes,
  /** Where a new table lies; the catalog's choice without it. */
  locationOf?: (table: TableIdentifier) => string,
): TableService {
  const dropOne = async (table: TableIdentifier): Promise<'dropped' | 'absent'> => {
    const found = await client.loadTable(identOf(table)).catch(ignoreMissing).catch(unreadable)
    if (!found) return 'absent'
    const drop = () => client.dropTable(identOf(table), { purge: true }).then(() => 'dropped' as const, ignoreMissing)
    // Whoever drops a table need not be able to read it.
    if (found === 'unreadable') return (await drop()) ?? 'absent'
    const { location } = found.metadata
    await drops.begin(location)
    const dropped = await drop()
    await drops.end(location)
    return dropped ?? 'absent'
  }
  /** By table: its note is one file, and whoever comes second finds no table. */
  const dropping = new Map<string, Promise<unknown>>()

  return {
    async create(plan) {
      await client.ensureNamespace([plan.namespace])
      const schema = withKey(schemaOf([...plan.columns, ...ownColumns]), plan)
      const partition = partitionOf(plan, schema)
      const { name } = plan
      // A foreign catalog would make an Iceberg table of it.
      if (plan.format === 'delta' && locationOf !== undefined) throw foreignDelta(name)
      const properties = { ...plan.properties, ...formatProperties(plan.format) }
      const place = locationOf === undefined ? {} : { location: locationOf(plan) }
      await client.createTable([plan.namespace], { name, schema, partition, properties, ...place })
    },
    async alter(table, change) {
      await alterTable(client, table, change)
    },
    async drop(table) {
      const name = `${table.namespace}.${table.name}`
      const before = dropping.get(name)
      const dropped = Promise.resolve(before)
        .catch(() => undefined)
        .then(() => dropOne(table))
      dropping.set(name, dropped)
      try {
        return await dropped
      } finally {
        if (dropping.get(name) === dropped) dropping.delete(name)
      }
    },
    exists: (table) => client.tableExists(identOf(table)),
    async load(table) {
      const found = await client.loadTable(identOf(table)).catch(ignoreMissing)
      return found && describeTable(table, found)
    },
  }
}

async function alterTable(client: CatalogClient, table: TableIdentifier, change: TableChange): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { metadata } = await client.loadTable(identOf(table))
    const schema = changedSchema(metadata, change)
    const updates: TableUpdate[] = [
      ...(schema
        ? ([
            { action: 'add-schema', schema },
            { action: 'set-current-schema', 'schema-id': -1 },
          ] as const)
        : []),
      ...(Object.keys(change.setProperties).length > 0
        ? ([{ action: 'set-properties', updates: change.setProperties }] as const)
        : []),
      ...(change.removeProperties.length > 0
        ? ([{ action: 'remove-properties', removals: change.removeProperties }] as const)
        : []),
    ]
    if (updates.length === 0) return
    const result = await client.commitTable(identOf(table), {
      requirements: [
        { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
        { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
      ],
      updates,
    })
    if (result.outcome === 'committed') return
    // An unknown outcome is settled by reading: what landed is not a change any more.
    if (attempt >= attemptsMax)
      throw new WeirError('WEIR-2004', `table ${table.namespace}.${table.name} was not altered in ${attempt} attempts`)
  }
}

function withKey(schema: Schema, { name, key }: TablePlan): Schema {
  if (key.length === 0) return schema
  const ids = key.map((column) => {
    const field = schema.fields.find((one) => one.name === column)
    if (!field) throw new WeirError('WEIR-1003', `the key of table ${name} names ${column}, which is no column of it`)
    return field.id
  })
  return { ...schema, 'identifier-field-ids': ids }
}

/** What makes a new table one of its format. */
export function formatProperties(format: TableFormat): Readonly<Record<string, string>> {
  return format === 'delta' ? { [formatProperty]: 'delta' } : {}
}

export function foreignDelta(name: string): WeirError {
  return new WeirError('WEIR-4027', `table ${name}: Delta tables are kept by Weir's own catalog, not by another one`)
}

/** The partition spec of a table that is to be made. */
export function partitionOf(
  plan: Pick<TablePlan, 'name' | 'partitionBy'>,
  schema: Schema,
): readonly Omit<IcebergPartitionField, 'field-id'>[] {
  return plan.partitionBy.map((field) => {
    const source = schema.fields.find(({ name }) => name === field.column)
    if (!source)
      throw new WeirError('WEIR-1003', `table ${plan.name} is partitioned by ${field.column}, which is no column of it`)
    return { 'source-id': source.id, name: partitionName(field), transform: field.transform }
  })
}

function identOf({ namespace, name }: TableIdentifier): { namespace: readonly [string]; name: string } {
  return { namespace: [namespace], name }
}

const unreadableCodes: ReadonlySet<ErrorCode> = new Set([
  'WEIR-4008',
  'WEIR-4025',
  'WEIR-4026',
  'WEIR-8002',
  'WEIR-8007',
])

/** A Delta table that another engine has changed in ways that Weir does not follow, or whose log has gone; any table whose metadata file has, or is damaged. */
function unreadable(error: unknown): 'unreadable' {
  if (error instanceof WeirError && unreadableCodes.has(error.code)) return 'unreadable'
  throw error
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof WeirError && (error.code as string) === 'WEIR-4001') return undefined
  throw error
}
