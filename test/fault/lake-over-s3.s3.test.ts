import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import type { CatalogClient } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import { removeOrphans } from '../../src/lake/maintenance/remove-orphans.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { liveRowsSql } from '../../src/lake/scan/live-rows.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { under } from '../../src/storage/objects/location.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { memoryPointers } from '../support/memory-pointers.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { serveCatalog } from '../support/served-catalog.ts'
import { chosenSeed } from './chosen-seed.ts'

const ident = { namespace: ['public'], name: 't' }
const writers = 3
const commitsEach = 6
const rowsOfCommit = 2000
/** One commit of each writer is a file of several parts. */
const rowsOfLargeCommit = 450_000

interface Lake {
  readonly client: CatalogClient
  readonly store: ObjectStore
  readonly db: DuckDBConnection
  readonly folder: string
}

/** A file of rows that follow from writer and commit, under the table's folder in S3. */
async function writeRows(lake: Lake, writer: number, commit: number): Promise<readonly DataFile[]> {
  const { metadata } = await lake.client.loadTable(ident)
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const directory = join(lake.folder, `${writer}-${commit}`)
  await mkdir(directory)
  const source = `(SELECT ${writer} AS writer, ${commit} AS commit, range AS id, md5('${writer}.${commit}.' || range) AS text
    FROM range(${rowsOf(commit)}))`
  const copied = await lake.db.runAndReadAll(copySql({ schema, spec, source, directory }))
  const location = () => dataLocation(metadata, spec, [])
  const files = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
  for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
  return files.map(({ file }) => file)
}

function rowsOf(commit: number): number {
  return commit === 0 ? rowsOfLargeCommit : rowsOfCommit
}

/** As a delivery does it: a conflict is tried again; of an unknown outcome the table tells. Answers which outcomes it saw. */
async function commitRows(lake: Lake, writer: number, commit: number): Promise<readonly string[]> {
  const dataFiles = await writeRows(lake, writer, commit)
  const seen: string[] = []
  for (;;) {
    const { metadata } = await lake.client.loadTable(ident)
    const name = `${writer}-${commit}`
    const prepared = await prepareAppend({
      metadata,
      store: lake.store,
      dataFiles,
      snapshotProperties: { 'test.commit': name },
    })
    const { outcome } = await lake.client.commitTable(ident, prepared)
    seen.push(outcome)
    if (outcome === 'committed') return seen
    const after = await lake.client.loadTable(ident)
    if (after.metadata.snapshots?.some(({ summary }) => summary?.['test.commit'] === name)) return seen
  }
}

/** Each row of each commit once, and no other, read from copies as the engine reads them. */
async function checkRows({ client, store, db }: Lake): Promise<void> {
  const { metadata } = await client.loadTable(ident)
  const scan = await planScan({ metadata, store, reader: manifestReader(store) })
  assert.ok(
    scan.dataFiles.some(({ sizeBytes }) => sizeBytes > 5 << 20),
    'no file was sent in parts',
  )
  const held = new Map(
    await Promise.all(scan.dataFiles.map(async ({ location }) => [location, await store.hold(location)] as const)),
  )
  const pathOf = (location: string): string => held.get(location)!.path
  const rows = liveRowsSql(scan, { schemas: metadata.schemas, pathOf, beside: [] })
  const answer = await db.runAndReadAll(
    `SELECT writer, commit, count(*)::INT, count(DISTINCT id)::INT, max(id)::INT,
       count(*) FILTER (text = md5(writer || '.' || commit || '.' || id))::INT
     FROM (${rows}) GROUP BY ALL ORDER BY ALL`,
  )
  for (const { release } of held.values()) release()
  const expected = Array.from({ length: writers * commitsEach }, (_, at) => {
    const [writer, commit] = [Math.floor(at / commitsEach), at % commitsEach]
    const count = rowsOf(commit)
    return [writer, commit, count, count, count - 1, count]
  })
  assert.deepEqual(answer.getRowsJson(), expected)
}

void test('every row of a lake in S3 is there once, whatever answers of store and catalog are lost', async (context) => {
  const seed = chosenSeed(context)
  const random = seededRandom(seed)
  const faults = { 'error-rate': 0.05, 'reset-rate': 0.04, 'lost-rate': 0.08, 'truncate-rate': 0.04, latency: '0-5' }
  await using proxy = await startChaosProxy(s3Server().endpoint, seed, faults)
  await using failing = await openS3Store({ endpoint: proxy.url, cacheBytesMax: 100e6 })
  const { store, root } = failing
  const catalog = createCatalog({ pointers: memoryPointers(), objects: store, warehouse: root })
  await using served = await serveCatalog(catalog)
  const client = connectCatalog({ uri: served.uri })
  const folder = await mkdtemp(join(tmpdir(), 'weir-lake-s3-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const lake: Lake = { client, store, folder, db: await instance.connect() }
  try {
    await client.ensureNamespace(ident.namespace)
    const columns = { writer: 'int', commit: 'int', id: 'long', text: 'string' }
    const schema = schemaOf(Object.entries(columns).map(([name, type]) => ({ name, type })))
    const { metadata } = await client.createTable(ident.namespace, { name: ident.name, schema })
    served.decide = (method) =>
      method === 'POST' && random.chance(0.3) ? random.oneOf(['before', 'after', 'within']) : 'answered'
    const seen = await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const outcomes: string[] = []
        for (let commit = 0; commit < commitsEach; commit++) outcomes.push(...(await commitRows(lake, writer, commit)))
        return outcomes
      }),
    )
    served.decide = () => 'answered'
    await checkRows(lake)
    assert.ok(seen.flat().includes('unknown'), 'no outcome was unknown')

    // All that is left of writers that failed goes, and nothing that the table needs.
    const later = () => Date.now() + 4 * 86_400_000
    await removeOrphans(ident, { client, store, reader: manifestReader(store), now: later })
    await using fresh = await openS3Store({ endpoint: proxy.url, cacheBytesMax: 100e6 })
    await checkRows({ ...lake, store: fresh.store })
    for await (const { location } of store.list(under(metadata.location, '')))
      assert.ok(!location.includes('uploadId='), `${location} was left`)
    const { requests, lost, error, reset, truncate } = await proxy.counts()
    context.diagnostic(
      `${seen.flat().length} commits sent, ${seen.flat().filter((outcome) => outcome === 'unknown').length} of unknown outcome; ` +
        `of ${requests} requests ${error} failed, ${reset} reset, ${truncate} broken off, ${lost} done without an answer`,
    )
    assert.ok(lost > 0 && error > 0 && reset > 0 && truncate > 0)
  } finally {
    lake.db.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
})
