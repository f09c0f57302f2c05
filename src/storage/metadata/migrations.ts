import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Migration, MigrationProvider } from 'kysely/migration'
import type { MetadataTables } from './tables.ts'

/** What differs between the two databases when tables are made. */
export interface ColumnTypes {
  /** Text that sorts by the bytes of UTF-8. */
  readonly text: RawBuilder<unknown>
  /** A primary key that grows. */
  readonly identity: RawBuilder<unknown>
}

export const sqliteTypes: ColumnTypes = { text: sql`text`, identity: sql`integer` }
export const postgresTypes: ColumnTypes = {
  text: sql`text collate "C"`,
  identity: sql`bigint generated always as identity`,
}

/** Never edit one that was released: add the next. A database with a migration that is not here is newer than this code. */
export function migrations(types: ColumnTypes): MigrationProvider {
  const all: Record<string, Migration> = {
    '0001-first': { up: (db) => first(db as Kysely<MetadataTables>, types) },
    '0002-maintenance': { up: (db) => maintenance(db as Kysely<MetadataTables>, types) },
    '0003-adoption': { up: (db) => adoption(db as Kysely<MetadataTables>, types) },
    '0004-maintenance-bytes': { up: (db) => maintenanceBytes(db as Kysely<MetadataTables>) },
    '0005-views': { up: (db) => views(db as Kysely<MetadataTables>) },
    '0006-receipts': { up: (db) => receipts(db as Kysely<MetadataTables>, types) },
    '0009-crawls': { up: (db) => crawls(db as Kysely<MetadataTables>, types) },
    '0010-maintenance-history': { up: (db) => maintenanceHistory(db as Kysely<MetadataTables>, types) },
  }
  return { getMigrations: () => Promise.resolve(all) }
}

async function first(db: Kysely<MetadataTables>, { text, identity }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('resource')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .addColumn('resource_references', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('resource_key', ['kind', 'name'])
    .execute()
  await db.schema
    .createTable('resource_tag')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('key', text, (column) => column.notNull())
    .addColumn('value', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('resource_tag_key', ['kind', 'name', 'key'])
    .execute()
  await db.schema
    .createTable('resource_history')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('spec', 'text', (column) => column.notNull())
    .addColumn('tags', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('resource_history_of')
    .on('resource_history')
    .columns(['kind', 'name', 'version'])
    .execute()
  await auditAndCatalog(db, { text, identity })
}

async function auditAndCatalog(db: Kysely<MetadataTables>, { text, identity }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('id', identity, (column) => column.primaryKey())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('audit_of').on('audit').columns(['kind', 'name']).execute()
  await db.schema
    .createTable('catalog_namespace')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('properties', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('catalog_table')
    .addColumn('namespace', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('metadata_location', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('catalog_table_key', ['namespace', 'name'])
    .execute()
  await db.schema
    .createTable('epoch')
    .addColumn('scope', text, (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute()
}

async function maintenance(db: Kysely<MetadataTables>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('maintenance_run')
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('task', text, (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('snapshots', 'integer', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('error', 'text')
    .addPrimaryKeyConstraint('maintenance_run_key', ['table_name', 'task'])
    .execute()
}

async function maintenanceBytes(db: Kysely<MetadataTables>): Promise<void> {
  for (const name of ['bytes_removed', 'files_added', 'bytes_added'])
    await db.schema
      .alterTable('maintenance_run')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
}

async function adoption(db: Kysely<MetadataTables>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('adoption')
    .addColumn('delivery', text, (column) => column.notNull())
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('table_uuid', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('adoption_key', ['delivery', 'table_name'])
    .execute()
}

/** Whatever was in the catalog before was a table. */
async function views(db: Kysely<MetadataTables>): Promise<void> {
  await db.schema
    .alterTable('catalog_table')
    .addColumn('kind', 'text', (column) => column.notNull().defaultTo('table'))
    .execute()
}

async function receipts(db: Kysely<MetadataTables>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('catalog_receipt')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('request', 'text', (column) => column.notNull())
    .addColumn('answer', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('catalog_receipt_expiry').on('catalog_receipt').column('expires').execute()
}

async function crawls(db: Kysely<MetadataTables>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('crawl')
    .addColumn('crawler', text, (column) => column.primaryKey())
    .addColumn('namespace', text, (column) => column.notNull())
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('comment', 'text')
    .addColumn('declared', 'text', (column) => column.notNull())
    .addColumn('pointer', 'text')
    .addColumn('columns', 'text', (column) => column.notNull())
    .addColumn('summary', 'text')
    .addColumn('at', 'text')
    .addColumn('error', 'text')
    .execute()
}

async function maintenanceHistory(db: Kysely<MetadataTables>, { text, identity }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('maintenance_history')
    .addColumn('id', identity, (column) => column.primaryKey())
    .addColumn('table_name', text, (column) => column.notNull())
    .addColumn('task', text, (column) => column.notNull())
    .addColumn('began_at', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('snapshots', 'bigint', (column) => column.notNull())
    .addColumn('files', 'bigint', (column) => column.notNull())
    .addColumn('bytes_removed', 'bigint', (column) => column.notNull())
    .addColumn('files_added', 'bigint', (column) => column.notNull())
    .addColumn('bytes_added', 'bigint', (column) => column.notNull())
    .addColumn('deleted_rows', 'bigint', (column) => column.notNull())
    .addColumn('groups', 'text', (column) => column.notNull())
    .addColumn('group_count', 'bigint', (column) => column.notNull())
    .addColumn('left_over', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('code', 'text')
    .execute()
  await db.schema
    .createIndex('maintenance_history_of')
    .on('maintenance_history')
    .columns(['table_name', 'task', 'id'])
    .execute()
  // What was done before this version was not counted.
  for (const name of ['runs', 'all_snapshots', 'all_files', 'all_bytes_removed', 'all_files_added', 'all_bytes_added'])
    await db.schema
      .alterTable('maintenance_run')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute()
  await db.schema.alterTable('maintenance_run').addColumn('counted_since', 'text').execute()
}
