import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { readManifestList } from '../../lake/manifest/manifest-list.ts'
import { currentSnapshot } from '../../lake/metadata/read.ts'
import { planScan } from '../../lake/scan/plan-scan.ts'
import { duckdbError } from '../duckdb/duckdb-error.ts'
import { fileError } from './file-error.ts'

let engine: WriteEngine
let client: pg.Client
let count = 0
let table = ''

before(async () => {
  engine = await startWriteEngine()
  client = await engine.client()
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  table = `t${++count}`
  const columns = [
    { name: 'id', type: 'long' },
    { name: 'text', type: 'string' },
  ]
  await engine.table(table, { columns })
  await client.query(`insert into ${table} select range, md5(range::varchar) from range(1000)`)
})

const filesOf = (folder: 'data' | 'metadata', end: string): readonly string[] => {
  const inside = join(engine.lake.folder, 'lake', 'public', table, folder)
  return readdirSync(inside)
    .filter((name) => name.endsWith(end))
    .map((name) => join(inside, name))
}

async function refused(text: string): Promise<pg.DatabaseError> {
  const error = await client.query(text).then(
    () => assert.fail(`${text} was answered`),
    (thrown: pg.DatabaseError) => thrown,
  )
  assert.doesNotMatch(`${error.message} ${error.hint}`, /LINE \d|read_parquet|weir_session|AS c1/, text)
  assert.match(
    error.hint ?? '',
    /[Rr]estore the (file|manifest)[^]*weir table rollback public\.[tv]\d+/,
    `${text}: ${error.message}`,
  )
  assert.equal(error.position, undefined, text)
  return error
}

const statements = (): readonly string[] => [
  `select count(*) from ${table}`,
  `select sum(id), max(text) from ${table}`,
  `copy (select * from ${table}) to stdout`,
  `update ${table} set text = 'x' where id > 1`,
  `delete from ${table} where id > 1`,
  `merge into ${table} using (select 1 as id) s on s.id = ${table}.id when matched then delete`,
  `insert into ${table} select * from ${table}`,
  `create table other as select * from ${table}`,
]

void test('each statement over a missing data file says so alike: table, file, manifest, remedy, and no SQL of ours', async () => {
  for (const readBefore of [false, true]) {
    if (readBefore) await client.query(`select sum(id) from ${table}`)
    const [file] = filesOf('data', '.parquet')
    renameSync(file!, `${file}.away`)
    for (const text of statements()) {
      const { code, detail, message } = await refused(text)
      assert.deepEqual([code, detail], ['58P01', 'WEIR-8002'], `${text}: ${message}`)
      assert.ok(message.startsWith(`table public.${table}: the data file ${file} is not there`), message)
      assert.match(message, /the manifest file:\/\/\S+\.avro names it/)
    }
    renameSync(`${file}.away`, file!)
    assert.deepEqual((await client.query(`select count(*)::int as n from ${table}`)).rows, [{ n: 1000 }])
  }
})

void test('a damaged data file is WEIR-8007 of its table with a remedy, wherever the damage is', async () => {
  const [file] = filesOf('data', '.parquet')
  const bytes = readFileSync(file!)
  const damaged: Readonly<Record<string, Buffer>> = {
    empty: Buffer.alloc(0),
    short: bytes.subarray(0, 500),
    'head of a page': Buffer.from(bytes).fill(0xff, 4, 12),
    values: Buffer.from(bytes).fill(0x5a, 60, bytes.length - 1500),
    lengths: changedByte(bytes, bytes.length - 8, 0x7f),
    footer: Buffer.from(bytes).fill(0xff, bytes.length - 80, bytes.length - 8),
  }
  for (const [what, contents] of Object.entries(damaged)) {
    // Data files never change, and footers are kept for those that did not: it is another file.
    unlinkSync(file!)
    writeFileSync(file!, contents)
    for (const text of statements().slice(1)) {
      const { code, detail, message } = await refused(text)
      assert.deepEqual([code, detail], ['XX001', 'WEIR-8007'], `${what}: ${text}: ${message}`)
      assert.ok(message.startsWith(`table public.${table}: `), message)
      assert.match(message, /damaged|\.parquet/)
    }
  }
})

void test('what DuckDB says of damage is told from what it says of values', () => {
  for (const said of [
    `Invalid Error: don't know what type: \u000f\n\nLINE 1: ...FROM read_parquet(['/a...\n      ^`,
    'Invalid Error: TProtocolException: Invalid data',
    'Invalid Error: Out of buffer',
    'Invalid Error: invalid TType',
    'IO Error: Could not read enough bytes from file "/a/1.parquet": attempted to read 9 bytes from location 4',
    'Invalid Input Error: Failed to read file "/a/1.parquet": ZSTD Decompression failure',
    'Invalid Input Error: Invalid string encoding found in Parquet file "/a/1.parquet": value "\\xAA" is not valid UTF8!',
  ]) {
    const error = duckdbError(new Error(said)) as WeirError
    assert.equal(error.code, 'WEIR-8007', said)
    assert.doesNotMatch(error.message, /LINE|read_parquet/)
  }
  const gone = duckdbError(
    new Error('IO Error: Cannot open file "/a/1.parquet": No such file or directory'),
  ) as WeirError
  assert.deepEqual([gone.code, gone.message], ['WEIR-8002', 'the data file /a/1.parquet is not there'])
})

function changedByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = value
  return changed
}

void test('missing deletion vectors are told of as missing data files are, and the engine goes on', async () => {
  const name = `v${count}`
  await engine.table(name, { columns: [{ name: 'id', type: 'long' }], properties: { 'format-version': '3' } })
  table = name
  for (const from of [0, 10]) await client.query(`insert into ${name} select range from range(${from}, ${from + 10})`)
  for (const id of [3, 13]) await client.query(`delete from ${name} where id = ${id}`)
  const vectors = filesOf('data', '.puffin')
  assert.equal(vectors.length, 2)
  for (const file of vectors) renameSync(file, `${file}.away`)
  const { code, detail, message } = await refused(`select * from ${name}`)
  assert.deepEqual([code, detail], ['58P01', 'WEIR-8002'], message)
  assert.match(message, /^table public\.v\d+: \S+\.puffin is not there; the manifest \S+\.avro names it/)
  for (const file of vectors) renameSync(`${file}.away`, file)
  assert.deepEqual((await client.query(`select count(*)::int as n from ${name}`)).rows, [{ n: 18 }])
})

void test('a damaged manifest is named with a remedy', async () => {
  const [manifest] = filesOf('metadata', '-m0.avro')
  const bytes = readFileSync(manifest!)
  writeFileSync(manifest!, bytes.fill(0x5a, bytes.length - 200, bytes.length - 100))
  const { code, detail, message } = await refused(`select * from ${table}`)
  assert.deepEqual([code, detail], ['XX001', 'WEIR-8007'], message)
  assert.ok(message.startsWith(`table public.${table}: file://${manifest} does not hold`), message)
})

for (const [what, detail, change] of [
  ['scheme', 'WEIR-8005', (path: string) => path.replace('file', 'fik=').replace('.parquet', '-x.parquet')],
  ['name', 'WEIR-8002', (path: string) => path.replace('.parquet', '.parquEt')],
] as const)
  void test(`a wrong ${what} of a file in a manifest is shown with the manifest`, async () => {
    const { client: catalog, store } = engine.lake
    const ident = { namespace: ['public'], name: table }
    const { metadata } = await catalog.loadTable(ident)
    const [file] = (await planScan({ metadata, store })).dataFiles
    const { lowerBounds: _, upperBounds: __, ...plain } = file!
    const commit = await commitFiles(store, metadata, [{ ...plain, location: change(plain.location) }])
    assert.equal((await catalog.commitTable(ident, commit)).outcome, 'committed')
    const manifests = await readManifestList(store, currentSnapshot((await catalog.loadTable(ident)).metadata)!)
    for (const text of statements().filter((_, at) => at !== 0)) {
      const error = await refused(text)
      assert.equal(error.detail, detail, error.message)
      assert.ok(error.message.endsWith(`the manifest ${manifests.at(-1)!.location} names it`), error.message)
    }
  })

const relation = { schema: 'public', name: 'orders', columns: [{ name: 'id', type: 'long', required: false }] }
const rights = { masks: [{ name: 'customer' }] } as never

void test('INV-A5: who sees a table through a mask or a view is not told of its files', () => {
  const path = '/lake/public/orders/data/customer=Ada/1.parquet'
  const view = { schema: 'public', name: 'v', sql: '', rights } as never
  for (const [bound, shown] of [
    [{ tables: [{ ...relation, rights }], views: [] }, /public\.orders/],
    [{ tables: [{ ...relation, asOwner: true as const }], views: [] }, /a table behind a view/],
    [{ tables: [relation], views: [view] }, /public\.orders/],
  ] as const)
    for (const code of ['WEIR-4008', 'WEIR-8002', 'WEIR-8004', 'WEIR-8005', 'WEIR-8007', 'WEIR-9001'] as const) {
      const error = fileError(new WeirError(code, `${path} is damaged`, { cause: path }), bound, {
        table: bound.tables[0]!,
        manifest: path,
      }) as WeirError
      assert.equal(error.code, code)
      assert.match(error.message, shown)
      assert.doesNotMatch(JSON.stringify([error.message, error.details, error.cause]), /Ada|parquet/)
    }
})
