import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { runSql } from '../../../src/cli/sql-session.ts'
import { connectCatalog } from '../../../src/lake/client/connect-catalog.ts'
import type { TableCommit } from '../../../src/lake/client/catalog-client.ts'
import { compactTable } from '../../../src/lake/maintenance/compaction/compact-table.ts'
import { manifestReader } from '../../../src/lake/manifest/manifest-reader.ts'
import { preparePartitioning } from '../../../src/lake/metadata/prepare-layout-change.ts'
import { prepareSchemaEvolution } from '../../../src/lake/metadata/prepare-schema-change.ts'
import type { SchemaChange } from '../../../src/lake/metadata/evolve-schema.ts'
import { schemaOf } from '../../../src/lake/types/schema.ts'
import type { ObjectStore } from '../../../src/storage/objects/object-store.ts'
import { rowEngine } from '../../support/compacted-lake.ts'
import type { Endpoints } from '../../support/running-weir.ts'
import { type Change, type Column, fieldsOf } from './columns.ts'
import { sqlRows, weirDialect } from './sql-dialect.ts'
import type { Partition, TableEngine } from './table-engine.ts'

/** Rows by its PostgreSQL port, in both directions; what has no SQL yet, as Weir's own parts do it through the REST catalog. */
export async function startWeirEngine({ iceberg, postgres }: Endpoints, store: ObjectStore): Promise<TableEngine> {
  const client = connectCatalog({ uri: iceberg })
  const folder = mkdtempSync(join(tmpdir(), 'weir-engines-'))
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  const load = (table: string) => client.loadTable({ namespace: ['public'], name: table })
  const commit = async (table: string, change: TableCommit): Promise<void> => {
    const { outcome } = await client.commitTable({ namespace: ['public'], name: table }, change)
    if (outcome !== 'committed') throw new Error(`${table}: ${outcome}`)
  }
  const sql = async (text: string): Promise<void> => void (await runSql(postgres, text))
  await client.ensureNamespace(['public'])
  return {
    name: 'weir',
    async create({ name, columns, partitions, formatVersion }) {
      const schema = schemaOf(columns)
      const idOf = (column: string) => schema.fields.find((field) => field.name === column)!.id
      await client.createTable(['public'], {
        name,
        schema,
        partition: partitions.map((partition) => ({ 'source-id': idOf(partition.column), ...fieldOf(partition) })),
        properties: { 'format-version': String(formatVersion) },
      })
    },
    async append(table, columns, rows) {
      const names = columns.map(({ name }) => `"${name}"`).join(', ')
      await sql(`INSERT INTO ${table} (${names}) VALUES ${sqlRows(weirDialect, columns, rows)}`)
    },
    async evolve(table, change) {
      await commit(table, prepareSchemaEvolution((await load(table)).metadata, [evolutionOf(change)]))
    },
    async partition(table, all, added) {
      const { metadata } = await load(table)
      const fields = [...all, added].map((one) => ({ column: [one.column], ...fieldOf(one) }))
      await commit(table, preparePartitioning(metadata, fields))
    },
    remove: (table, ids) => sql(`DELETE FROM ${table} WHERE id IN (${ids.join(', ')})`),
    relabel: (table, label, ids) => sql(`UPDATE ${table} SET label = '${label}' WHERE id IN (${ids.join(', ')})`),
    async compact(table) {
      const context = { client, store, reader: manifestReader(store), engine: rowEngine(db), folder: join(folder, 'c') }
      const { left } = await compactTable({ namespace: ['public'], name: table }, context)
      if (left.length > 0) throw new Error(left.join('; '))
    },
    async rows(table, columns) {
      const items = columns.map((column) => `'${column.name}', ${digestedValue(column.name, column.type)}`)
      const { rows } = await runSql(postgres, `select json_object(${items.join(', ')})::varchar from ${table}`)
      return rows.map(([row]) => row!)
    },
    async stop() {
      db.closeSync()
      instance.closeSync()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function fieldOf({ transform, column, width }: Partition): { readonly name: string; readonly transform: string } {
  return { name: `${column}_${transform}`, transform: width === undefined ? transform : `${transform}[${width}]` }
}

function evolutionOf(change: Change): SchemaChange {
  switch (change.change) {
    case 'add':
      return { change: 'add', column: change.column }
    case 'add inside':
      return { change: 'add', column: change.column, parent: [change.parent] }
    case 'rename':
      return { change: 'rename', column: [change.from], name: change.to }
    case 'drop':
      return { change: 'drop', column: [change.name] }
    case 'widen':
      return { change: 'widen', column: [change.column.name], type: change.column.type }
  }
}

/** SQL for a value in the form of digest.py. */
function digestedValue(value: string, type: string): string {
  const moment = `strftime(make_timestamp(epoch_us(${value})), '%Y-%m-%dT%H:%M:%S.%f')`
  if (type.startsWith('decimal')) return `${value}::varchar`
  if (type.startsWith('map'))
    return `case when ${value} is null then null else json_object('keys', map_keys(${value}), 'values', map_values(${value})) end`
  if (type.startsWith('struct')) {
    const members = fieldsOf(type).map(({ name }: Column) => `'${name}', ${value}.${name}`)
    return `case when ${value} is null then null else json_object(${members.join(', ')}) end`
  }
  switch (type) {
    case 'float':
      return `${value}::double`
    case 'date':
      return `strftime(${value}, '%Y-%m-%d')`
    case 'timestamp':
      return moment
    case 'timestamptz':
      return `${moment} || '+00:00'`
    case 'binary':
      return `lower(hex(${value}))`
    default:
      return value
  }
}
