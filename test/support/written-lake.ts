import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { liveRowsSql } from '../../src/lake/scan/live-rows.ts'
import { planScan, type Scan } from '../../src/lake/scan/plan-scan.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { holdAll } from '../../src/storage/objects/hold-all.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'

/** A table of rows that follow from writer and commit, so that each can be found missing or twice. */
export interface WrittenLake {
  readonly client: CatalogClient
  readonly store: ObjectStore
  readonly db: DuckDBConnection
  /** Local, for files on their way. */
  readonly folder: string
  readonly rowsOf: (commit: number) => number
}

export const writtenTable = { namespace: ['public'], name: 't' }

export async function createWrittenTable(
  client: CatalogClient,
  properties: Readonly<Record<string, string>> = {},
): Promise<string> {
  await client.ensureNamespace(writtenTable.namespace)
  const columns = { writer: 'int', commit: 'int', id: 'long', text: 'string' }
  const schema = schemaOf(Object.entries(columns).map(([name, type]) => ({ name, type })))
  const { metadata } = await client.createTable(writtenTable.namespace, { name: writtenTable.name, schema, properties })
  return metadata.location
}

/** A file of rows under the table's folder. */
async function writeRows(lake: WrittenLake, writer: number, commit: number): Promise<readonly DataFile[]> {
  const { metadata } = await lake.client.loadTable(writtenTable)
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const directory = join(lake.folder, `${writer}-${commit}`)
  await mkdir(directory)
  const source = `(SELECT ${writer} AS writer, ${commit} AS commit, range AS id, md5('${writer}.${commit}.' || range) AS text
    FROM range(${lake.rowsOf(commit)}))`
  const copied = await lake.db.runAndReadAll(copySql({ schema, spec, source, directory }))
  const location = () => dataLocation(metadata, spec, [])
  const files = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
  for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
  return files.map(({ file }) => file)
}

/** As a delivery does it: a conflict is tried again; of an unknown outcome the table tells. Answers which outcomes it saw. */
export async function commitRows(lake: WrittenLake, writer: number, commit: number): Promise<readonly string[]> {
  const dataFiles = await writeRows(lake, writer, commit)
  const seen: string[] = []
  for (;;) {
    const { metadata } = await lake.client.loadTable(writtenTable)
    const name = `${writer}-${commit}`
    const prepared = await prepareAppend({
      metadata,
      store: lake.store,
      dataFiles,
      snapshotProperties: { 'test.commit': name },
    })
    const { outcome } = await lake.client.commitTable(writtenTable, prepared)
    seen.push(outcome)
    if (outcome === 'committed') return seen
    const after = await lake.client.loadTable(writtenTable)
    if (after.metadata.snapshots?.some(({ summary }) => summary?.['test.commit'] === name)) return seen
  }
}

/** Each row of each commit once, and no other, read from copies as the engine reads them. */
export async function checkWrittenRows(lake: WrittenLake, writers: number, commitsEach: number): Promise<Scan> {
  const { client, store, db, rowsOf } = lake
  const { metadata } = await client.loadTable(writtenTable)
  const scan = await planScan({ metadata, store, reader: manifestReader(store) })
  const held = await holdAll(store, [...scan.dataFiles, ...scan.deleteFiles])
  const rows = liveRowsSql(scan, { schemas: metadata.schemas, pathOf: held.pathOf, beside: [] })
  const answer = await db.runAndReadAll(
    `SELECT writer, commit, count(*)::INT, count(DISTINCT id)::INT, max(id)::INT,
       count(*) FILTER (text = md5(writer || '.' || commit || '.' || id))::INT
     FROM (${rows}) GROUP BY ALL ORDER BY ALL`,
  )
  held.release()
  const expected = Array.from({ length: writers * commitsEach }, (_, at) => {
    const [writer, commit] = [Math.floor(at / commitsEach), at % commitsEach]
    const count = rowsOf(commit)
    return [writer, commit, count, count, count - 1, count]
  })
  assert.deepEqual(answer.getRowsJson(), expected)
  return scan
}
