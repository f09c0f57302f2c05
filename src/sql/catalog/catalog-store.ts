import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { isListed, type Relation, type RelationIndex } from '../bind/relation-index.ts'
import { viewPath } from '../bind/binder.ts'
import { quoteName, quoteText } from '../gate/statement.ts'
import { shapeOf } from '../snapshot/shape.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import { catalogMacros, macroTables } from './catalog-macros.ts'
import {
  type CatalogRelation,
  informationSchemaRows,
  macroTableRows,
  pgCatalogRows,
  relationOid,
  type Row,
} from './catalog-rows.ts'
import { informationSchemaColumns, pgCatalogColumns } from './pg-columns.ts'

/** The stand-ins of pg_catalog and information_schema for one version of the relations. */
export interface Catalog {
  /** DuckDB schemas of the tables and functions. */
  readonly pgCatalog: string
  readonly informationSchema: string
}

/** Builds the stand-ins when first asked for, and anew when the relations have changed. */
export interface CatalogStore {
  /** Each schema name is in here from before its first use. */
  readonly schemas: ReadonlySet<string>
  current(relations: RelationIndex): Promise<Catalog>
}

/** Statements planned against an old version may still run: the newest few are kept. */
const keptVersions = 3

let lastNumber = 0

export function createCatalogStore(
  connect: () => Promise<DuckDBConnection>,
  schemas: Set<string>,
  database: string,
): CatalogStore {
  const built = new Map<RelationIndex, Promise<Catalog>>()
  return {
    schemas,
    current(relations) {
      let catalog = built.get(relations)
      if (!catalog) {
        catalog = connect().then((connection) => build(connection, relations, ++lastNumber, schemas, database))
        built.set(relations, catalog)
        catalog.catch(() => built.delete(relations))
        if (built.size > keptVersions) {
          const [oldest] = built
          built.delete(oldest![0])
          void oldest![1].then((old) => drop(connect, old, schemas)).catch(() => {})
        }
      }
      return catalog
    },
  }
}

async function build(
  connection: DuckDBConnection,
  index: RelationIndex,
  number: number,
  schemas: Set<string>,
  database: string,
): Promise<Catalog> {
  const [pgName, informationName] = [`weir_pg_${number}`, `weir_is_${number}`]
  const catalog: Catalog = { pgCatalog: pgName, informationSchema: informationName }
  try {
    const relations = await typedRelations(connection, index, `weir_shapes_${number}`)
    const { pgCatalog, informationSchema } = catalog
    // A database for each: DuckDB finds `database.table` and `database.function()` from any search path.
    await connection.run(`ATTACH ':memory:' AS ${pgCatalog}; ATTACH ':memory:' AS ${informationSchema}`)
    await inTransaction(connection, [
      ...tableStatements(pgCatalog, pgCatalogColumns, pgCatalogRows(relations, index.schemas, database)),
      ...tableStatements(pgCatalog, macroTables, macroTableRows(relations, index.schemas)),
      ...catalogMacros(pgCatalog).map((macro) => `CREATE MACRO ${pgCatalog}.${macro}`),
    ])
    const rows = informationSchemaRows(relations, index.schemas, database)
    await inTransaction(connection, tableStatements(informationSchema, informationSchemaColumns, rows))
    schemas.add(pgName).add(informationName)
    return catalog
  } finally {
    connection.closeSync()
  }
}

async function inTransaction(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  await connection.run('BEGIN')
  for (const statement of statements) await connection.run(statement)
  await connection.run('COMMIT')
}

async function drop(connect: () => Promise<DuckDBConnection>, catalog: Catalog, schemas: Set<string>): Promise<void> {
  const connection = await connect()
  for (const schema of [catalog.pgCatalog, catalog.informationSchema]) {
    schemas.delete(schema)
    await connection.run(`DETACH ${schema}`)
  }
  connection.closeSync()
}

const duckdbTypes: Readonly<Record<string, string>> = {
  oid: 'BIGINT',
  text: 'VARCHAR',
  bool: 'BOOLEAN',
  int2: 'SMALLINT',
  int4: 'INTEGER',
  int8: 'BIGINT',
  float4: 'FLOAT',
  float8: 'DOUBLE',
  timestamptz: 'TIMESTAMPTZ',
  bytea: 'BLOB',
  interval: 'INTERVAL',
}

function tableStatements(
  schema: string,
  tables: Readonly<Record<string, string>>,
  rows: Readonly<Record<string, readonly Row[]>>,
): string[] {
  return Object.entries(tables).flatMap(([table, definition]) => {
    const columns = definition.split(', ').map((column) => column.split(' ') as [string, string])
    const types = columns.map(
      ([name, type]) => `${quoteName(name)} ${duckdbTypes[type.replace('[]', '')]}${type.endsWith('[]') ? '[]' : ''}`,
    )
    const create = `CREATE TABLE ${schema}.${table} (${types.join(', ')})`
    const values = (rows[table] ?? []).map((row) => `(${columns.map(([name]) => literalOf(row[name])).join(', ')})`)
    const inserts: string[] = []
    for (let at = 0; at < values.length; at += 1000)
      inserts.push(`INSERT INTO ${schema}.${table} VALUES ${values.slice(at, at + 1000).join(', ')}`)
    return [create, ...inserts]
  })
}

function literalOf(value: Row[string] | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'string' ? quoteText(value) : String(value)
}

/** DuckDB finds the types, those of views included: a view that does not bind is listed without columns. */
async function typedRelations(
  connection: DuckDBConnection,
  index: RelationIndex,
  scratch: string,
): Promise<CatalogRelation[]> {
  const taken = new Set<number>()
  await connection.run(`ATTACH ':memory:' AS ${scratch}`)
  try {
    for (const schema of new Set(['public', ...index.all.map((relation) => relation.schema)]))
      await connection.run(`CREATE SCHEMA IF NOT EXISTS ${scratch}.${quoteName(schema)}`)
    await placeAll(connection, index.all, scratch)
    const relations: CatalogRelation[] = []
    for (const relation of index.all.filter(isListed)) {
      const oid = relationOid(`${relation.schema}.${relation.name}`, taken)
      taken.add(oid)
      relations.push({ relation, oid, columns: await columnsOf(connection, relation, scratch) })
    }
    return relations
  } finally {
    await connection.run(`DETACH ${scratch}`)
  }
}

/** Views stand on others in any order: what does not bind yet is tried again as long as something did. */
async function placeAll(connection: DuckDBConnection, relations: readonly Relation[], scratch: string): Promise<void> {
  let left = relations
  for (;;) {
    const failed: Relation[] = []
    for (const relation of left) {
      const path = viewPath(relation.schema).map((schema) => `${scratch}.${quoteName(schema)}`)
      try {
        const sql = relation.kind === 'table' ? shapeOf(relation) : viewTarget(relation)
        await connection.run(`SET search_path = ${quoteText(path.join(','))}`)
        await connection.run(
          `CREATE VIEW ${scratch}.${quoteName(relation.schema)}.${quoteName(relation.name)} AS ${sql}`,
        )
      } catch {
        failed.push(relation)
      }
    }
    await connection.run("SET search_path = 'memory.main'")
    if (failed.length === 0 || failed.length === left.length) return
    left = failed
  }
}

async function columnsOf(
  connection: DuckDBConnection,
  relation: Relation,
  scratch: string,
): Promise<CatalogRelation['columns']> {
  const declared = new Map(relation.kind === 'table' ? relation.columns.map((column) => [column.name, column]) : [])
  try {
    const prepared = await connection.prepare(
      `SELECT * FROM ${scratch}.${quoteName(relation.schema)}.${quoteName(relation.name)}`,
    )
    const columns = Array.from({ length: prepared.columnCount }, (_, i) => {
      const name = prepared.columnName(i)
      const type: DuckDBType = prepared.columnType(i)
      const { required = false, comment, shownDefault } = declared.get(name) ?? {}
      return { name, type, required, comment, default: shownDefault }
    })
    prepared.destroySync()
    return columns
  } catch {
    return []
  }
}
