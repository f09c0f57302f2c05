import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { commitRowChanges } from '../../src/lake/commit/commit-row-changes.ts'
import { compactTable } from '../../src/lake/maintenance/compaction/compact-table.ts'
import { rewriteManifests } from '../../src/lake/maintenance/rewrite-manifests.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { positionsOf } from '../../src/lake/puffin/positions.ts'
import { applicableDeletes } from '../../src/lake/scan/applicable-deletes.ts'
import { liveRowsSql } from '../../src/lake/scan/live-rows.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { withOlderVector, writeDeletionVectors } from '../../src/lake/write/deletion-vectors.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { rowEngine } from '../support/compacted-lake.ts'
import { startWriteEngine } from '../support/write-engine.ts'
import { bringSpark, runPyIceberg, startSpark, type SparkSession } from './kit-python.ts'

/**
 * A table of version 3 that Weir and Spark write in turn: `node test/conformance/iceberg-version-3.ts CATALOG`. After each step Spark
 * must see the rows that Weir sees, with the same `_row_id` and `_last_updated_sequence_number`; compaction must change none of
 * them. Weir appends, deletes by vectors, compacts, and changes rows by SQL; Spark deletes, updates and appends on top of that. In the end PyIceberg must read the same ids.
 */
const [address = ''] = process.argv.slice(2)
const ident = { namespace: ['public'], name: 'version_3' }
const client = connectCatalog({ uri: address })
const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
const reader = manifestReader(store)
const db = await (await DuckDBInstance.create(':memory:')).connect()
await db.run(`SET TimeZone = 'UTC'`)
const folder = mkdtempSync(join(tmpdir(), 'weir-version-3-'))
const context = { client, store, reader, engine: rowEngine(db), folder }

async function load() {
  const { metadata } = await client.loadTable(ident)
  return { metadata, scan: await planScan({ metadata, store, reader }) }
}

async function append(from: number, to: number): Promise<void> {
  const { metadata } = await load()
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const directory = join(folder, randomUUID())
  mkdirSync(directory)
  const source = `(SELECT i AS id, 'city ' || (i % 3) AS city FROM range(${from}, ${to}) t(i))`
  const copied = await db.runAndReadAll(copySql({ schema, spec, source, directory }))
  const written = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], {
    schema,
    spec,
    location: (partition) => dataLocation(metadata, spec, partition),
  })
  for (const { localPath, file } of written) await store.adopt(localPath, file.location)
  await change({ operation: 'append', added: written.map(({ file }) => file) })
}

/** Of each file the rows at these places, as deletion vectors on top of those that are there. */
async function remove(places: readonly number[]): Promise<void> {
  const { metadata, scan } = await load()
  const vectors = applicableDeletes(scan).map((one) =>
    withOlderVector(one, positionsOf(places.filter((place) => place < one.file.recordCount))),
  )
  const deletes = await writeDeletionVectors(store, `${metadata.location}/data/${randomUUID()}.puffin`, vectors)
  await change({ operation: 'delete', deletes, read: { snapshotId: scan.snapshot!['snapshot-id'] } })
}

async function change(own: {
  readonly operation: 'append' | 'delete'
  readonly added?: readonly DataFile[]
  readonly deletes?: readonly DataFile[]
  readonly read?: { readonly snapshotId: number | bigint }
}): Promise<void> {
  const { metadata } = await load()
  const whole = { tableUuid: metadata['table-uuid'], schemaId: metadata['current-schema-id'], ...own }
  const outcome = await commitRowChanges([{ ident, change: whole }], context)
  if (outcome.kind === 'stale') throw new Error(outcome.reason)
}

async function compact(): Promise<void> {
  const { groups, left } = await compactTable(ident, context)
  if (groups.length === 0 || left.length > 0) throw new Error(`nothing was compacted: ${left.join('; ')}`)
}

const lineage = 'id, city, _row_id, _last_updated_sequence_number'

async function ownRows(): Promise<string> {
  const { metadata, scan } = await load()
  const pathOf = (location: string) => fileURLToPath(location)
  const sql = liveRowsSql(scan, { schemas: metadata.schemas, pathOf, lineage: true })
  const found = await db.runAndReadAll(`SELECT ${lineage} FROM (${sql}) ORDER BY id`)
  return found
    .getRows()
    .map((row) => row.map(String).join(' '))
    .join('\n')
}

/** Spark runs the statements; then both must see the same rows. */
async function compare(spark: SparkSession, step: string, ...statements: readonly string[]): Promise<string> {
  const rows = await spark.rows(...statements, `SELECT ${lineage} FROM w.public.version_3 ORDER BY id`)
  const [theirs, own] = [rows.join('\n'), await ownRows()]
  if (theirs !== own) throw new Error(`${step}: Spark sees other rows\n${firstDifference(theirs, own)}`)
  console.log(`${step}: Spark and Weir see the same ${rows.length} rows, with the same lineage`)
  return own
}

/** Rows that are there before and after have one number: an update changes it not. */
function keepsNumbers(before: string, after: string): void {
  const numberOf = (line: string) => line.split(' ').at(-2)
  const idOf = (line: string) => line.split(' ')[0]
  const old = new Map(before.split('\n').map((line) => [idOf(line), numberOf(line)]))
  const other = after.split('\n').find((line) => old.has(idOf(line)) && old.get(idOf(line)) !== numberOf(line))
  if (other !== undefined) throw new Error(`a row has another number than before: ${other}, ${old.get(idOf(other))}`)
}

function firstDifference(spark: string, own: string): string {
  const [theirs, ours] = [spark.split('\n'), own.split('\n')]
  const at = theirs.findIndex((line, place) => line !== ours[place])
  return `row ${at}: Spark ${theirs[at]}, Weir ${ours[at]}; ${theirs.length} and ${ours.length} rows`
}

await client.ensureNamespace(['public'])
try {
  await client.createTable(ident.namespace, {
    name: ident.name,
    schema: schemaOf([
      { name: 'id', type: 'long' },
      { name: 'city', type: 'string' },
    ]),
    properties: {
      'format-version': '3',
      'compaction.min-input-files': '2',
      'write.delete.mode': 'merge-on-read',
      'write.update.mode': 'merge-on-read',
    },
  })
  for (const at of [0, 1, 2]) await append(at * 1000, at * 1000 + 1000)
  await remove([0, 7, 999])
  bringSpark(address, 'public.version_3')
  using spark = startSpark(address)
  const before = await compare(spark, 'rows and vectors of Weir')
  await compact()
  if ((await compare(spark, 'compacted by Weir')) !== before)
    throw new Error('compaction has changed rows or their lineage')
  const changed = await compare(
    spark,
    'deleted, changed and added by Spark',
    'DELETE FROM w.public.version_3 WHERE id % 10 = 3',
    "UPDATE w.public.version_3 SET city = 'moved' WHERE id % 100 = 5",
    "INSERT INTO w.public.version_3 SELECT id + 5000, 'spark' FROM range(500)",
  )
  await remove([1])
  const left = await compare(spark, 'deleted by Weir from what Spark has left')
  if (left === changed) throw new Error('the vectors of Weir deleted nothing')
  await compact()
  if ((await compare(spark, 'compacted by Weir again')) !== left)
    throw new Error('compaction has changed rows or their lineage')
  await using engine = await startWriteEngine(
    {},
    { folder, client, store, [Symbol.asyncDispose]: async () => undefined },
  )
  const sql = await engine.client()
  for (const text of [
    `update version_3 set city = 'changed' where id % 50 = 1`,
    `begin; delete from version_3 where id % 20 = 2; update version_3 set city = city || '!' where id % 100 = 51; commit`,
    `merge into version_3 t using range(2990, 3010) s(k) on t.id = s.k
      when matched then update set city = 'merged' when not matched then insert values (s.k, 'new')`,
  ])
    await sql.query(text)
  const stated = await compare(spark, "changed by Weir's SQL on top of Spark's vectors")
  keepsNumbers(left, stated)
  await compare(
    spark,
    'changed by Spark on top of those',
    "UPDATE w.public.version_3 SET city = 'again' WHERE id % 100 = 51",
    'DELETE FROM w.public.version_3 WHERE id % 20 = 4',
  )
  await sql.query(`update version_3 set city = 'last' where id % 100 = 51`)
  const last = await compare(spark, "changed by Weir's SQL again")
  keepsNumbers(stated, last)
  await compact()
  if ((await compare(spark, 'compacted by Weir in the end')) !== last)
    throw new Error('compaction has changed rows or their lineage')
  const { groups } = await rewriteManifests(ident, context, { countMin: 2 })
  if (groups.length === 0) throw new Error('no manifests were put together')
  if (
    (await compare(
      spark,
      `${groups.reduce((sum, { filesBefore }) => sum + filesBefore, 0)} manifests put together by Weir`,
    )) !== last
  )
    throw new Error('rewriting manifests has changed rows or their lineage')
  const ids = last.split('\n').map((line) => Number(line.split(' ')[0]))
  // The kit's own reader first: it brings PyIceberg along.
  execFileSync(`${kit}/iceberg/pyiceberg.sh`, [address, '--read', 'public.version_3'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  runPyIceberg('iceberg-ids.py', [address, 'public.version_3', JSON.stringify(ids)])
} finally {
  rmSync(folder, { recursive: true, force: true })
}
