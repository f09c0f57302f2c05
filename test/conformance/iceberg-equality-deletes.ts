import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { compactTable } from '../../src/lake/maintenance/compaction/compact-table.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { liveRowsSql } from '../../src/lake/scan/live-rows.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { identifier } from '../../src/lake/types/duckdb-type.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { rowEngine } from '../support/compacted-lake.ts'
import { bringSpark, javaOutput } from './kit-python.ts'

/**
 * Upserts and deletes by key that Apache Iceberg's own writers make (`EqualityDeletes.java`): `node test/conformance/iceberg-equality-deletes.ts
 * CATALOG`. Weir must read the rows that Iceberg's own reader gives, before and after Weir has compacted, and after more was written on top.
 */
const [address = ''] = process.argv.slice(2)
const tables = ['flat', 'two_columns', 'parted', 'version_3', 'avro', 'parted_avro', 'version_3_avro']
const client = connectCatalog({ uri: address })
const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
const reader = manifestReader(store)
const db = await (await DuckDBInstance.create(':memory:')).connect()
await db.run(`SET TimeZone = 'UTC'`)
const folder = mkdtempSync(join(tmpdir(), 'weir-equality-'))

function java(...args: readonly string[]): Promise<string> {
  return javaOutput('EqualityDeletes.java', [address, ...args])
}

async function load(name: string) {
  const { metadata } = await client.loadTable({ namespace: ['public'], name })
  return { metadata, scan: await planScan({ metadata, store, reader }) }
}

async function ownRows(name: string): Promise<readonly string[]> {
  const { metadata, scan } = await load(name)
  const sql = liveRowsSql(scan, { schemas: metadata.schemas, pathOf: (location) => fileURLToPath(location) })
  const columns = scan.schema.fields.slice(0, 3).map((field) => identifier(field.name))
  const read = await db.runAndReadAll(`SELECT ${columns.join(', ')} FROM (${sql})`)
  return read.getRows().map((row) => [name, ...row.map(String)].join(' '))
}

/** Gives how many rows there are. */
async function compare(step: string): Promise<number> {
  const theirs = (await java('read')).trim().split('\n').toSorted()
  const ours = (await Promise.all(tables.map(ownRows))).flat().toSorted()
  const at = theirs.findIndex((line, place) => line !== ours[place])
  if (at >= 0 || theirs.length !== ours.length)
    throw new Error(`${step}: Iceberg reads ${theirs[at]}, Weir ${ours[at]}; ${theirs.length} and ${ours.length} rows`)
  console.log(`${step}: Iceberg and Weir read the same ${ours.length} rows of ${tables.length} tables`)
  return ours.length
}

async function deletesOf(
  name: string,
): Promise<{ readonly byValue: number; readonly avro: number; readonly all: number }> {
  const { scan } = await load(name)
  const byValue = scan.deleteFiles.filter(({ content }) => content === 'equality-deletes').length
  const avro = scan.deleteFiles.filter(({ format }) => format === 'AVRO').length
  return { byValue, avro, all: scan.deleteFiles.length }
}

async function compact(name: string): Promise<void> {
  const before = await deletesOf(name)
  if (before.byValue === 0) throw new Error(`${name} has no deletes by value`)
  const context = { client, store, reader, engine: rowEngine(db), folder }
  const { groups, left } = await compactTable({ namespace: ['public'], name }, context)
  const after = await deletesOf(name)
  if (groups.length === 0 || left.length > 0 || after.all > 0)
    throw new Error(`${name} has ${after.all} of ${before.all} files of deletes left; ${left.join('; ')}`)
  if (name.endsWith('avro') === (before.avro === 0))
    throw new Error(`${name} has ${before.avro} files of deletes in Avro`)
  console.log(
    `${name}: compaction applied ${before.all} files of deletes, ${before.byValue} of them by value, ${before.avro} in Avro`,
  )
}

await client.ensureNamespace(['public'])
try {
  const settings = { 'compaction.min-input-files': '2', 'compaction.deleted-rows-ratio': '0.0001' }
  const schema = {
    type: 'struct',
    'schema-id': 0,
    fields: [{ id: 1, name: 'id', type: 'int', required: false }],
  } as const
  await client.createTable(['public'], { name: 'brings_spark', schema })
  bringSpark(address, 'public.brings_spark')
  await java('make')
  for (const name of tables)
    await client.commitTable(
      { namespace: ['public'], name },
      { requirements: [], updates: [{ action: 'set-properties', updates: settings }] },
    )
  await java('write', '1')
  const rows = await compare('written')
  for (const name of tables) await compact(name)
  if ((await compare('compacted')) !== rows) throw new Error('compaction has changed rows')
  await java('write', '2')
  await compare('written on top')
  for (const name of tables) await compact(name)
  await compare('compacted again')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
