import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import pg from 'pg'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import type { ViewRelation } from '../../src/sql/engine-host.ts'
import { startEngine } from '../../src/sql/engine/start-engine.ts'
import { lakePlanner } from '../../src/sql/snapshot/lake-planner.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { noWrites } from './engine-writes.ts'
import { openLocalLake, type LocalLake } from './local-lake.ts'

export interface LakeTable {
  readonly name: string
  /** Iceberg types by name. */
  readonly columns: Readonly<Record<string, string>>
  /** A query for the rows of each data file. */
  readonly files: readonly string[]
}

export interface LakeEngine extends AsyncDisposable {
  readonly lake: LocalLake
  readonly client: pg.Client
  /** A DuckDB beside it in which the tables hold the same rows. */
  readonly reference: DuckDBConnection
  /** Data files that statements have been planned over so far, and those that their tables have. */
  readonly planned: { files: number; of: number }
  readonly pathsOf: (table: string) => readonly string[]
}

/** A real engine over tables of a real lake, each written in one commit; nothing is delivered. */
export async function startLakeEngine(
  tables: readonly LakeTable[],
  views: readonly ViewRelation[] = [],
  /** What the engine reads from, instead of the lake's own store. */
  readFrom: (lake: LocalLake) => ObjectStore = ({ store }) => store,
): Promise<LakeEngine> {
  const lake = await openLocalLake()
  const instance = await DuckDBInstance.create(':memory:')
  const reference = await instance.connect()
  await reference.run(`SET TimeZone = 'UTC'`)
  await lake.client.ensureNamespace(['public'])
  const paths = new Map<string, readonly string[]>()
  for (const table of tables) {
    paths.set(table.name, await writeTable(lake, reference, table))
    await reference.run(`CREATE TABLE ${table.name} AS ${table.files.join(' UNION ALL ')}`)
  }
  for (const { name, sql } of views) await reference.run(`CREATE VIEW ${name} AS ${sql}`)
  const planned = { files: 0, of: 0 }
  const engine = await startCounted(lake, readFrom(lake), { tables, views }, (table, sql) => {
    planned.files += sql.match(/[^'/]+\.parquet'/g)?.length ?? 0
    planned.of += paths.get(table)!.length
  })
  const client = new pg.Client({ host: lake.folder, port: 5432, user: 'weir', database: 'weir' })
  await client.connect()
  return {
    lake,
    client,
    reference,
    planned,
    pathsOf: (table) => paths.get(table)!,
    async [Symbol.asyncDispose]() {
      await client.end()
      await engine.stop({ deadlineMs: 200 })
      reference.closeSync()
      instance.closeSync()
      await lake[Symbol.asyncDispose]()
    },
  }
}

function startCounted(
  lake: LocalLake,
  objects: ObjectStore,
  { tables, views }: { readonly tables: readonly LakeTable[]; readonly views: readonly ViewRelation[] },
  onPlan: (table: string, sql: string) => void,
) {
  const config = {
    listen: { socketPath: join(lake.folder, '.s.PGSQL.5432') },
    memoryLimitBytes: 400e6,
    threads: 2,
    temporaryDirectory: join(lake.folder, 'temporary'),
    linkDirectory: join(lake.folder, 'links'),
    scratchDirectory: join(lake.folder, 'writes'),
    objects,
  }
  const planner = lakePlanner(config)
  const relations = tables.map(({ name, columns }) => ({
    schema: 'public',
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, required: false })),
  }))
  const host = {
    ...noWrites,
    relations: async () => ({ relations: { version: 1, tables: relations, views }, holds: [] }),
    async resolve({ tables: wanted }: { readonly tables: readonly { schema: string; name: string }[] }) {
      const resolved = wanted.map(async ({ schema, name }) => {
        const { metadataLocation } = await lake.client.loadTable({ namespace: [schema], name })
        return { schema, name, metadataLocation, tails: [], notices: [] }
      })
      return { tables: await Promise.all(resolved), holds: [] }
    },
  }
  return startEngine(config, host, {
    pin: (resolved, moment) => planner.pin(resolved, moment),
    async plan(relation, resolved, asked) {
      const plan = await planner.plan(relation, resolved, asked)
      if (plan !== 'stale') onPlan(relation.name, plan.sql)
      return plan
    },
  })
}

/** The local paths of the table's files, in their order. */
export async function writeTable(
  lake: Pick<LocalLake, 'folder' | 'store' | 'client'>,
  db: DuckDBConnection,
  table: LakeTable,
): Promise<readonly string[]> {
  const { name, columns, files } = table
  const schema = schemaOf(Object.entries(columns).map(([column, type]) => ({ name: column, type })))
  await lake.client.createTable(['public'], { name, schema })
  return appendFiles(lake, db, name, files)
}

/** The same into a table that is there. */
export async function appendFiles(
  lake: Pick<LocalLake, 'folder' | 'store' | 'client'>,
  db: DuckDBConnection,
  name: string,
  files: readonly string[],
): Promise<readonly string[]> {
  const { metadata } = await lake.client.loadTable({ namespace: ['public'], name })
  const [written, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const dataFiles = []
  for (const [at, rows] of files.entries()) {
    const directory = join(lake.folder, `copy-${name}-${at}`)
    await mkdir(directory, { recursive: true })
    const copied = await db.runAndReadAll(copySql({ schema: written, spec, source: `(${rows})`, directory }))
    const location = () => dataLocation(metadata, spec, [])
    const found = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], {
      schema: written,
      spec,
      location,
    })
    for (const { localPath, file } of found) await lake.store.adopt(localPath, file.location)
    dataFiles.push(...found.map(({ file }) => file))
  }
  const commit = await prepareAppend({ metadata, store: lake.store, dataFiles })
  assert.equal((await lake.client.commitTable({ namespace: ['public'], name }, commit)).outcome, 'committed')
  return Promise.all(dataFiles.map(({ location }) => lake.store.localPath(location)))
}
