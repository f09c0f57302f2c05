import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot, specById, tableSchema } from '../metadata/read.ts'
import { positionsOf } from '../puffin/positions.ts'
import { applicableDeletes } from '../scan/applicable-deletes.ts'
import { deletedPathId, deletedPositionId } from '../scan/deleted-fields.ts'
import { liveRowsSql } from '../scan/live-rows.ts'
import { planScan } from '../scan/plan-scan.ts'
import { schemaOf } from '../types/schema.ts'
import { copySql } from './copy.ts'
import { dataFilesOfCopy, type CopyRow } from './copy-result.ts'
import { writeDeletionVectors } from './deletion-vectors.ts'
import { positionDeleteFile, positionDeletesSql } from './position-deletes.ts'

const ident = { namespace: ['public'], name: 't' }

/** A table of a format version, whose commits are made as other engines make them. */
async function newTable(formatVersion: number) {
  const lake = await openLocalLake()
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  await lake.client.ensureNamespace(['public'])
  let { metadata } = await lake.client.createTable(['public'], {
    name: 't',
    schema: schemaOf([
      { name: 'id', type: 'long' },
      { name: 'part', type: 'int' },
    ]),
    partition: [{ 'source-id': 2, name: 'part', transform: 'identity' }],
    properties: { 'format-version': String(formatVersion) },
  })
  const copied = async (sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as unknown as CopyRow[]
  const table = {
    lake,
    metadata: () => metadata,
    async commit(...files: DataFile[]): Promise<void> {
      const outcome = await lake.client.commitTable(ident, await commitFiles(lake.store, metadata, files))
      assert.ok(outcome.outcome === 'committed', outcome.outcome)
      ;({ metadata } = outcome.table)
    },
    /** Rows `from` to `to` in one file, each in its place. */
    async dataFile(from: number, to: number, part = 1): Promise<DataFile> {
      const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
      const directory = join(lake.folder, randomUUID())
      await mkdir(directory)
      const source = `(SELECT i AS id, ${part} AS part FROM range(${from}, ${to}) t(i))`
      const location = `${metadata.location}/data/${randomUUID()}.parquet`
      const rows = await copied(copySql({ schema, spec, source, directory }))
      const [written] = dataFilesOfCopy(rows, { schema, spec, location: () => location })
      await lake.store.adopt(written!.localPath, location)
      return written!.file
    },
    async positionDeletes(dataFile: DataFile, positions: readonly number[]): Promise<DataFile | undefined> {
      const target = join(lake.folder, `${randomUUID()}.parquet`)
      const source = `(SELECT unnest(${JSON.stringify(positions)}::BIGINT[]) AS pos)`
      const [row] = await copied(positionDeletesSql({ dataFile, source, target }))
      const location = `${metadata.location}/data/${randomUUID()}-deletes.parquet`
      const written = positionDeleteFile(row!, dataFile, location)
      if (written !== undefined) await lake.store.adopt(written.localPath, location)
      return written?.file
    },
    puffin: () => `${metadata.location}/data/${randomUUID()}.puffin`,
    scan: () => planScan({ metadata, store: lake.store }),
    async ids(): Promise<readonly number[]> {
      const sql = liveRowsSql(await table.scan(), { schemas: metadata.schemas, pathOf: fileURLToPath })
      return (await db.runAndReadAll(`SELECT id FROM (${sql}) ORDER BY id`)).getRows().map(([id]) => Number(id))
    },
    /** Row ids of the files of data, in the order of the manifests. */
    async rowIds(): Promise<readonly unknown[]> {
      const manifests = await readManifestList(lake.store, currentSnapshot(metadata)!)
      const reader = manifestReader(lake.store)
      const entries = await Promise.all(manifests.map((manifest) => reader.entries(manifest)))
      return entries.flat().flatMap(({ file }) => (file.content === 'data' ? [file.firstRowId] : []))
    },
    async [Symbol.asyncDispose]() {
      db.closeSync()
      instance.closeSync()
      await lake[Symbol.asyncDispose]()
    },
  }
  return table
}

void test('a file of position deletes is of one file, sorted, each row once, and says so in its bounds', async () => {
  await using table = await newTable(2)
  const [one, two] = [await table.dataFile(0, 10), await table.dataFile(10, 20)]
  await table.commit(one, two)
  const deletes = (await table.positionDeletes(one, [9, 3, 3, 0]))!
  await table.commit(deletes)
  assert.deepEqual(await table.ids(), [1, 2, 4, 5, 6, 7, 8, ...Array.from({ length: 10 }, (_, at) => at + 10)])
  const { deleteFiles, dataFiles } = await table.scan()
  const [read] = deleteFiles
  assert.equal(read!.recordCount, 3)
  assert.equal(read!.referencedDataFile, one.location)
  assert.deepEqual(read!.partition, one.partition)
  for (const bounds of [read!.lowerBounds, read!.upperBounds])
    assert.equal(bounds!.get(deletedPathId)!.toString(), one.location)
  const least = (bounds: typeof deletes.lowerBounds) => bounds!.get(deletedPositionId)!.readBigInt64LE()
  assert.deepEqual([least(read!.lowerBounds), least(read!.upperBounds)], [0n, 9n])
  assert.ok([...read!.columnSizes!.values()].every((bytes) => bytes > 0))
  const touched = applicableDeletes(await table.scan()).filter((each) => each.deletes.length > 0)
  assert.deepEqual(
    touched.map(({ file }) => file.location),
    [one.location],
  )
  assert.equal(dataFiles.length, 2)
})

void test('without a row to delete there is no file of deletes', async () => {
  await using table = await newTable(2)
  assert.equal(await table.positionDeletes(await table.dataFile(0, 3), []), undefined)
})

void test('rows that deletion vectors name are gone, of many blocks, at the ends of each', async () => {
  await using table = await newTable(3)
  const [one, two, three] = [
    await table.dataFile(0, 200_000),
    await table.dataFile(200_000, 200_010, 2),
    await table.dataFile(300_000, 300_005, 2),
  ]
  await table.commit(one, two, three)
  const first = [0, 7, 8, 65_535, 65_536, 131_071, 131_072, 199_999]
  const vectors = await writeDeletionVectors(table.lake.store, table.puffin(), [
    { dataFile: one, positions: positionsOf([...first, ...Array.from({ length: 5000 }, (_, at) => 70_000 + at)]) },
    { dataFile: two, positions: positionsOf([9]) },
  ])
  assert.equal(new Set(vectors.map(({ location }) => location)).size, 1)
  await table.commit(...vectors)
  const ids = new Set(await table.ids())
  assert.equal(ids.size, 200_015 - 5008 - 1)
  for (const gone of [...first, 70_000, 74_999, 200_009]) assert.ok(!ids.has(gone), String(gone))
  for (const there of [1, 6, 9, 65_534, 65_537, 69_999, 75_000, 199_998, 200_008, 300_004])
    assert.ok(ids.has(there), String(there))
})

void test('a vector stands for all older deletes of its file; two of one file are refused', async () => {
  await using table = await newTable(3)
  const [one, two] = [await table.dataFile(0, 5), await table.dataFile(10, 15)]
  await table.commit(one, two)
  await table.commit((await table.positionDeletes(one, [0, 1]))!, (await table.positionDeletes(two, [0]))!)
  assert.deepEqual(await table.ids(), [2, 3, 4, 11, 12, 13, 14])
  const write = (dataFile: DataFile, ...rows: number[]) =>
    writeDeletionVectors(table.lake.store, table.puffin(), [{ dataFile, positions: positionsOf(rows) }])
  await table.commit(...(await write(one, 1)))
  assert.deepEqual(await table.ids(), [0, 2, 3, 4, 11, 12, 13, 14])
  await table.commit(...(await write(one, 2)))
  await assert.rejects(table.ids(), { code: 'WEIR-4008', message: /has 2 deletion vectors, in .*puffin and .*puffin/ })
})

void test('a vector of before its file deletes nothing in it', async () => {
  await using table = await newTable(3)
  const file = await table.dataFile(0, 5)
  await table.commit(
    ...(await writeDeletionVectors(table.lake.store, table.puffin(), [
      { dataFile: file, positions: positionsOf([1]) },
    ])),
  )
  await table.commit(file)
  assert.deepEqual(await table.ids(), [0, 1, 2, 3, 4])
})

void test('a vector that is damaged, cut or another than the manifest says is an error with its name', async () => {
  await using table = await newTable(3)
  const file = await table.dataFile(0, 5)
  await table.commit(file)
  const location = table.puffin()
  const [vector] = await writeDeletionVectors(table.lake.store, location, [
    { dataFile: file, positions: positionsOf([1]) },
  ])
  await table.commit(vector!)
  assert.deepEqual(await table.ids(), [0, 2, 3, 4])
  const path = fileURLToPath(location)
  const whole = await readFile(path)
  const refused = async (bytes: Buffer, why: RegExp): Promise<void> => {
    await writeFile(path, bytes)
    await assert.rejects(table.scan(), (error: Error & { code: string }) => {
      assert.equal(error.code, 'WEIR-4008')
      assert.match(error.message, why)
      assert.ok(error.message.includes(location) && error.message.includes(file.location))
      return true
    })
  }
  const flipped = Buffer.from(whole)
  flipped[vector!.contentOffset! + vector!.contentSizeBytes! - 6]! ^= 1
  await refused(flipped, /its checksum is 0x/)
  await refused(whole.subarray(0, 20), /bytes 4 to \d+ of 20 are asked for/)
  await refused(Buffer.from('PAR1 and more'), /it is not a Puffin file/)
  await writeFile(path, whole)
  const other = { ...vector!, recordCount: 2 }
  await table.commit(other)
  await assert.rejects(table.scan(), { code: 'WEIR-4008', message: /it names 1 rows, the manifest 2/ })
})

void test('rows of a table of version 3 have numbers that are given once, in the order of its manifests', async () => {
  await using table = await newTable(3)
  const [one, two] = [await table.dataFile(0, 10), await table.dataFile(10, 13)]
  await table.commit(one, two)
  assert.equal(table.metadata()['next-row-id'], 13)
  const three = await table.dataFile(20, 24)
  const [vector] = await writeDeletionVectors(table.lake.store, table.puffin(), [
    { dataFile: one, positions: positionsOf([1]) },
  ])
  await table.commit(three, vector!)
  assert.deepEqual(await table.rowIds(), [0, 10, 13])
  assert.equal(table.metadata()['next-row-id'], 17)
  assert.equal(currentSnapshot(table.metadata())!['first-row-id'], 13)
  assert.equal(currentSnapshot(table.metadata())!['added-rows'], 4)
  const manifests = await readManifestList(table.lake.store, currentSnapshot(table.metadata())!)
  assert.deepEqual(
    manifests.map(({ content, firstRowId }) => [content, firstRowId]),
    [
      ['data', 0],
      ['data', 10],
      ['data', 13],
      ['deletes', undefined],
    ],
  )
})

void test('a table of version 2 has no numbers of rows', async () => {
  await using table = await newTable(2)
  await table.commit(await table.dataFile(0, 3))
  assert.deepEqual(await table.rowIds(), [undefined])
})
