import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { mkdir } from 'node:fs/promises'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { openLocalLake, type LocalLake } from '../../test/support/local-lake.ts'
import { prepareAppend } from './commit/prepare-append.ts'
import type { LoadedTable } from './client/catalog-client.ts'
import { specById, tableSchema } from './metadata/read.ts'
import { pruneScan, type FileFilter } from './scan/file-filter.ts'
import { planScan } from './scan/plan-scan.ts'
import { scanSql } from './scan/scan-sql.ts'
import { schemaOf, type ColumnDeclaration } from './types/schema.ts'
import { copySql } from './write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from './write/copy-result.ts'
import { dataLocation } from './write/data-location.ts'

const columns: readonly ColumnDeclaration[] = [
  { name: 'id', type: 'long' },
  { name: 'city name', type: 'string' },
  { name: 'at', type: 'timestamptz' },
  { name: 'price', type: 'decimal(9,2)' },
  { name: 'ratio', type: 'double' },
  { name: 'day', type: 'date' },
  { name: 'tags', type: 'list<struct<sku: string, count: int>>' },
  { name: 'attributes', type: 'map<string, long>' },
  { name: 'key', type: 'uuid' },
  { name: 'raw', type: 'binary' },
]

const rows = `SELECT i AS id, CASE WHEN i % 5 = 0 THEN NULL ELSE 'München/' || (i % 3) END AS "city name",
  TIMESTAMPTZ '1969-12-31 23:30:00+00' + i * INTERVAL 7 HOUR AS at, (i - 50) / 4 AS price,
  CASE WHEN i % 10 = 0 THEN 'nan'::DOUBLE ELSE i / 3 END AS ratio, DATE '1969-12-25' + i::INTEGER AS day,
  [{sku: 'a' || i, count: i}] AS tags, MAP {'k': i} AS attributes,
  ('00000000-0000-4000-8000-' || lpad(i::VARCHAR, 12, '0'))::UUID AS key, ('\\x0' || (i % 8))::BLOB AS raw
  FROM range(100) r(i)`

async function append(lake: LocalLake, db: DuckDBConnection, table: LoadedTable, source: string): Promise<LoadedTable> {
  const { metadata } = table
  const [schema, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const directory = join(lake.folder, `staging-${table.ident.name}-${metadata['last-sequence-number']}`)
  await mkdir(directory)
  const written = await db.runAndReadAll(copySql({ schema, spec, source, directory }))
  const location = (partition: Parameters<typeof dataLocation>[2]) => dataLocation(metadata, spec, partition)
  const files = dataFilesOfCopy(written.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
  for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
  const dataFiles = files.map(({ file }) => file)
  const commit = await prepareAppend({ metadata, store: lake.store, dataFiles })
  const outcome = await lake.client.commitTable(table.ident, commit)
  assert.equal(outcome.outcome, 'committed')
  return (outcome as Extract<typeof outcome, { outcome: 'committed' }>).table
}

async function scan(lake: LocalLake, table: LoadedTable): Promise<string> {
  const planned = await planScan({ metadata: table.metadata, store: lake.store })
  const paths = await Promise.all(planned.dataFiles.map((file) => lake.store.localPath(file.location)))
  return scanSql(planned.schema, paths, table.metadata.schemas)
}

void test('rows of every type come back equal, partitioned in every way, over two appends', async () => {
  await using lake = await openLocalLake()
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await lake.client.ensureNamespace(['public'])
  const schema = schemaOf(columns)
  const partitions = [
    [],
    [{ 'source-id': 3, name: 'at_month', transform: 'month' }],
    [
      { 'source-id': 2, name: 'city', transform: 'identity' },
      { 'source-id': 6, name: 'day_year', transform: 'year' },
    ],
    [{ 'source-id': 3, name: 'at_day', transform: 'day' }],
    [{ 'source-id': 3, name: 'at_hour', transform: 'hour' }],
    [
      { 'source-id': 4, name: 'price_truncated', transform: 'truncate[1000]' },
      { 'source-id': 2, name: 'c', transform: 'truncate[2]' },
      { 'source-id': 1, name: 'id_truncated', transform: 'truncate[30]' },
    ],
    [{ 'source-id': 9, name: 'key', transform: 'identity' }],
    [{ 'source-id': 10, name: 'raw.part', transform: 'identity' }],
  ]
  for (const [at, partition] of partitions.entries()) {
    let table = await lake.client.createTable(['public'], { name: `t${at}`, schema, partition })
    assert.equal((await db.runAndReadAll(await scan(lake, table))).currentRowCount, 0)
    table = await append(lake, db, table, `(${rows} WHERE i < 40)`)
    table = await append(lake, db, table, `(${rows} WHERE i >= 40)`)
    const difference = `SELECT count(*) FROM ((TABLE got EXCEPT ALL TABLE wanted) UNION ALL (TABLE wanted EXCEPT ALL TABLE got))`
    const cast = columns.map((column, i) => `"${column.name}"::VARCHAR AS c${i}`).join(', ')
    const result = await db.runAndReadAll(
      `WITH got AS (SELECT ${cast} FROM (${await scan(lake, table)})),
       wanted AS (SELECT ${cast} FROM (SELECT * REPLACE (price::DECIMAL(9,2) AS price, ratio::DOUBLE AS ratio) FROM (${rows})))
       ${difference}`,
    )
    assert.equal(Number(result.getRows()[0]![0]), 0, `partition ${JSON.stringify(partition)}`)
    const summary = table.metadata.snapshots!.at(-1)!.summary!
    assert.equal(summary['total-records'], '100')
    assert.equal(summary['added-records'], '60')
  }
})

void test('files in which no row can be what is asked are left out of a scan', async () => {
  await using lake = await openLocalLake()
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await lake.client.ensureNamespace(['public'])
  let table = await lake.client.createTable(['public'], { name: 't', schema: schemaOf(columns) })
  for (const where of ['i < 40', 'i >= 40']) table = await append(lake, db, table, `(${rows} WHERE ${where})`)
  const { metadata } = table
  const whole = await planScan({ metadata, store: lake.store })
  const left = (filter: FileFilter) => pruneScan(whole, filter).dataFiles.map(({ recordCount }) => recordCount)
  const [seven, above]: FileFilter[] = [
    { fieldId: 1, test: '=', value: 7n },
    { fieldId: 1, test: '>', value: 99n },
  ]
  assert.equal(left({ all: [] }).length, 2)
  assert.deepEqual(left(seven!), [40])
  assert.deepEqual(left({ all: [above!, { fieldId: 2, test: 'is not null' }] }), [])
  assert.deepEqual(left({ any: [above!, seven!] }), [40])
  assert.deepEqual(left({ any: [] }), [])
})
