import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { suite, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { DuckDBInstance } from '@duckdb/node-api'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase85 } from '../../src/lake/delta/base85.ts'
import { encodeDeletionVector } from '../../src/lake/puffin/deletion-vector.ts'
import { positionsOf } from '../../src/lake/puffin/positions.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { eventually } from '../support/deadline.ts'
import { openS3Store, s3Server, type S3Store } from '../support/s3-store.ts'
import { chosenSeed } from './chosen-seed.ts'
import { processesOf } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

interface Sale {
  readonly id: number
  readonly sku: string
  readonly dt: string
}

/** A crawler of a bucket that others write; no lake in S3. */
function project(path: string, options: { readonly endpoint?: string; readonly more?: string } = {}): string {
  const { endpoint, bucket } = s3Server()
  return `import { crawler, defineProject, secret } from 'weir-data'
export default defineProject({
  name: 'crawled',
  resources: [crawler('raw', { path: '${path}', table: 'sales', ${options.more ?? ''} })],
  buckets: {
    's3://${bucket}/tests': {
      endpoint: '${options.endpoint ?? endpoint}',
      accessKeyId: secret('id', { fromEnv: 'AWS_ACCESS_KEY_ID' }),
      secretAccessKey: secret('key', { fromEnv: 'AWS_SECRET_ACCESS_KEY' }),
    },
  },
})
`
}

async function put({ store, root }: S3Store, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) await store.put(`${root}/${path}`, Buffer.from(content))
}

async function everything({ store, root }: S3Store): Promise<readonly string[]> {
  const found: string[] = []
  for await (const { location, sizeBytes } of store.list(`${root}/`)) found.push(`${location} ${sizeBytes}`)
  return found.toSorted()
}

const rows = (weir: RestartableWeir, tail = ''): Promise<readonly Sale[]> =>
  sqlOf<Sale>(weir, `select id::int as id, sku, dt::text as dt from sales ${tail}`)

async function crawled(weir: RestartableWeir, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await weir.command('crawl', 'raw', ...words)
  assert.equal(code, 0, stderr)
  return stdout
}

/** The actions of a log as a checkpoint has them: a column for each kind. */
function checkpointSql(actions: readonly object[]): string {
  const types = `{"protocol":{"minReaderVersion":"INTEGER","minWriterVersion":"INTEGER","readerFeatures":["VARCHAR"],"writerFeatures":["VARCHAR"]},
    "metaData":{"id":"VARCHAR","format":{"provider":"VARCHAR","options":"MAP(VARCHAR, VARCHAR)"},"schemaString":"VARCHAR","partitionColumns":["VARCHAR"],"configuration":"MAP(VARCHAR, VARCHAR)","createdTime":"BIGINT"},
    "add":{"path":"VARCHAR","partitionValues":"MAP(VARCHAR, VARCHAR)","size":"BIGINT","modificationTime":"BIGINT","dataChange":"BOOLEAN"}}`
  const values = actions.map((action) => `('${JSON.stringify(action).replaceAll("'", "''")}')`).join(', ')
  return `SELECT unnest(from_json(line, '${types}')) FROM (VALUES ${values}) AS t(line)`
}

/** Bytes of a Parquet file with one column. */
async function parquet(sql: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-parquet-'))
  const instance = await DuckDBInstance.create(':memory:')
  try {
    const path = join(folder, 'x.parquet')
    await (await instance.connect()).run(`COPY (${sql}) TO '${path}' (FORMAT parquet)`)
    return await readFile(path)
  } finally {
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
}

/** Lines of a Delta log. */
function lines(...actions: readonly object[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join('')
}

const deltaShape = [
  {
    protocol: {
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['deletionVectors'],
      writerFeatures: ['deletionVectors'],
    },
  },
  {
    metaData: {
      id: 'sales',
      format: { provider: 'parquet', options: {} },
      schemaString: JSON.stringify({
        type: 'struct',
        fields: ['id', 'day'].map((name) => {
          return { name, type: name === 'id' ? 'long' : 'string', nullable: true, metadata: {} }
        }),
      }),
      partitionColumns: ['day'],
      configuration: {},
      createdTime: 0,
    },
  },
]

const added = (path: string, day: string, deletionVector?: object) => {
  return { add: { path, partitionValues: { day }, size: 1, modificationTime: 0, dataChange: true, deletionVector } }
}

void suite('a crawler of a prefix in S3', () => {
  void test('a Delta table there is what its log says: checkpoint, commits behind it, deleted rows; what lacks fails the crawl', async () => {
    await using bucket = await openS3Store()
    const log = (version: number, rest = 'json') => `_delta_log/${String(version).padStart(20, '0')}.${rest}`
    const vector = encodeDeletionVector(positionsOf([1]))
    const uuid = randomUUID()
    const place = encodeBase85(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
    const deleted = {
      storageType: 'u',
      pathOrInlineDv: place,
      offset: 1,
      sizeInBytes: vector.length - 8,
      cardinality: 1,
    }
    const [protocol, metaData] = deltaShape
    const checkpoint = [protocol!, metaData!, added('day=a/1%20b.parquet', 'a')]
    await put(bucket, {
      'day=a/1 b.parquet': await parquet('SELECT unnest([1, 2, 3])::BIGINT AS id'),
      'day=b/2.parquet': await parquet('SELECT 4::BIGINT AS id'),
      'unnamed.parquet': await parquet('SELECT 9::BIGINT AS id'),
      [`deletion_vector_${uuid}.bin`]: Buffer.concat([Buffer.of(1), vector]),
      // What the checkpoint stands for is gone.
      [log(4, 'checkpoint.parquet')]: await parquet(checkpointSql(checkpoint)),
      [log(5)]: lines(
        { remove: { path: 'day=a/1%20b.parquet', dataChange: true } },
        added('day=a/1%20b.parquet', 'a', deleted),
      ),
    })
    await using weir = await restartableWeir('crawl-s3-delta', { project: project(bucket.root) })
    await weir.start()
    const all = () => sqlOf(weir, 'select id::int as id, day from sales order by id')
    await eventually('the first crawl', all)
    const found = [
      { id: 1, day: 'a' },
      { id: 3, day: 'a' },
    ]
    assert.deepEqual(await all(), found)
    const before = await everything(bucket)
    assert.match(await crawled(weir), /has 1 file.*nothing has changed[^]*Opened 0 files/)

    await put(bucket, { [log(6)]: lines(added('day=b/2.parquet', 'b')) })
    assert.deepEqual(await all(), found)
    await crawled(weir)
    assert.deepEqual(await all(), [...found, { id: 4, day: 'b' }])
    assert.deepEqual(
      (await everything(bucket)).filter((line) => !line.includes(log(6))),
      before,
    )

    await put(bucket, { [log(7)]: lines(added('gone.parquet', 'c')) })
    const { code, stderr } = await weir.command('crawl', 'raw')
    assert.notEqual(code, 0)
    assert.match(stderr, /the log names gone\.parquet, which is not there/)
    assert.deepEqual(await all(), [...found, { id: 4, day: 'b' }])
  })

  void test('its objects are rows, a changed one is drift until the next crawl, and nothing is written there', async () => {
    await using bucket = await openS3Store()
    await put(bucket, {
      'dt=2024-01-01/a.csv': 'id,sku\n1,007\n2,008\n',
      'dt=2024-01-02/größe & b+c.csv.gz': gzipSync('id,sku\n3,009\n'),
      'dt=2024-01-02/_SUCCESS': '',
      'dt=2024-01-02/ragged.csv': 'id,sku\n1\n',
      'old/x.csv': 'id,sku\n9,9\n',
    })
    await using weir = await restartableWeir('crawl-s3', {
      project: project(bucket.root, { more: `exclude: ['old']` }),
    })
    await weir.start()
    await eventually('the first crawl', () => rows(weir))
    assert.deepEqual(await rows(weir, 'order by id'), [
      { id: 1, sku: '007', dt: '2024-01-01' },
      { id: 2, sku: '008', dt: '2024-01-01' },
      { id: 3, sku: '009', dt: '2024-01-02' },
    ])
    const before = await everything(bucket)
    assert.match(
      await crawled(weir),
      /has 2 files.*nothing has changed[^]*Not seen: 1 name.*1 excluded[^]*Opened 0 files/,
    )

    // Of the same size: its ETag tells. What is read until the next crawl is what was crawled, or nothing.
    await put(bucket, {
      'dt=2024-01-01/a.csv': 'id,sku\n8,007\n9,008\n',
      'dt=2024-01-03/c.csv': 'id,sku,note\n4,010,x\n',
    })
    assert.equal((await rows(weir, `where id < 3`)).length, 2)
    await weir.stop()
    await rm(join(weir.folder, '.weir/cache'), { recursive: true })
    await weir.start()
    await assert.rejects(rows(weir), /a\.csv was changed after crawler raw found it/)
    assert.equal((await rows(weir, `where dt = '2024-01-02'`)).length, 1)
    assert.match(await crawled(weir), /1 new, 1 changed, 1 new partition[^]*Added: note string/)
    assert.deepEqual(
      (await rows(weir, 'order by id')).map(({ id }) => id),
      [3, 4, 8, 9],
    )

    await bucket.store.remove(`${bucket.root}/dt=2024-01-01/a.csv`)
    await weir.stop()
    await rm(join(weir.folder, '.weir/cache'), { recursive: true })
    await weir.start()
    await assert.rejects(rows(weir), /a\.csv was removed after crawler raw found it/)
    await crawled(weir)
    assert.equal((await rows(weir)).length, 2)
    const after = await everything(bucket)
    assert.deepEqual(
      after,
      [...before.filter((line) => !line.includes('a.csv')), `${bucket.root}/dt=2024-01-03/c.csv 20`].toSorted(),
    )
  })

  void test('Parquet with lists and structs is read, and a value that does not fit is told by its location', async () => {
    await using bucket = await openS3Store()
    await put(bucket, {
      'a.parquet': await parquet(
        `select range::int as id, repeat('x', 100) as text, [range, 2] as list, {a: range} as part from range(300000)`,
      ),
    })
    await using proxy = await startChaosProxy(s3Server().endpoint, 1)
    await using weir = await restartableWeir('crawl-s3-parquet', {
      project: project(bucket.root, { endpoint: proxy.url, more: 'sampleRows: 1' }),
    })
    await weir.start()
    const sums = () => sqlOf(weir, 'select count(*)::int as n, sum(part.a)::int8 as s from sales where list[2] = 2')
    await eventually('the first crawl', sums)
    assert.deepEqual(await sums(), [{ n: 300000, s: '44999850000' }])
    // `sampleRows: 1` says nothing of Parquet; of CSV it leaves the value for who reads.
    await bucket.store.remove(`${bucket.root}/a.parquet`)
    await put(bucket, { 'a.csv': 'id\n1\nx\n' })
    await weir.stop()
    await weir.start()
    await weir.command('delete', 'crawler', 'raw')
    await weir.stop()
    await weir.start()
    await eventually('the crawl of CSV', async () => {
      const { stdout } = await weir.command('crawl', 'raw')
      return /\(csv\)/.test(stdout) || undefined
    })
    await assert.rejects(
      sqlOf(weir, 'select id from sales'),
      new RegExp(`${bucket.root}/a\\.csv: the column "id" is long, but a value is x`),
    )
  })

  void test('a slow, failing, resetting, truncating S3 that loses answers gives the same table', async (context) => {
    await using bucket = await openS3Store()
    const count = 60
    for (let file = 0; file < count; file++)
      await put(bucket, { [`n=${file % 7}/${file}.ndjson`]: `{"id":${file},"sku":"${'x'.repeat(3000)}"}\n`.repeat(40) })
    await put(bucket, { 'n=1/big.parquet': await parquet('select 1') })
    const seed = chosenSeed(context)
    const faults = { 'error-rate': 0.08, 'reset-rate': 0.08, 'lost-rate': 0.08, 'truncate-rate': 0.08, latency: '0-10' }
    await using proxy = await startChaosProxy(s3Server().endpoint, seed, faults)
    await using weir = await restartableWeir('crawl-s3-bad', {
      project: project(bucket.root, { endpoint: proxy.url, more: `sampleRows: 'all'` }),
    })
    await weir.start()
    const found = () =>
      sqlOf(weir, 'select count(*)::int as n, count(distinct id)::int as ids, sum(length(sku))::int as l from sales')
    await eventually('the first crawl', found, 120_000)
    assert.deepEqual(await found(), [{ n: count * 40, ids: count, l: count * 40 * 3000 }])
    const { lost, error, reset, truncate } = await proxy.counts()
    assert.ok(lost > 0 && error > 0 && reset > 0 && truncate > 0)

    // Away, it fails the crawl and leaves the table: a file is not left out because nobody answered.
    await put(bucket, { 'n=1/more.ndjson': '{"id":1000,"sku":"x"}\n' })
    await proxy.failNext(/more/, 'error', 1e9)
    const { code, stderr } = await weir.command('crawl', 'raw')
    assert.equal(code, 1)
    assert.match(stderr, /more\.ndjson.*WEIR-8004/s)
    await proxy.failNext(/./, 'error', 0)
    assert.match(await crawled(weir), /1 new/)
  })

  void test('INV-C9: a crawl asks once for each small object and for each thousand names, and one that finds nothing new for the names alone', async (context) => {
    await using bucket = await openS3Store()
    const files = Array.from({ length: 1100 }, (_, at) => [`n=${at % 9}/${at}.csv`, `id,sku\n${at},y\n`] as const)
    for (let at = 0; at < files.length; at += 100)
      await Promise.all(files.slice(at, at + 100).map((file) => put(bucket, Object.fromEntries([file]))))
    await using proxy = await startChaosProxy(s3Server().endpoint, chosenSeed(context))
    await using weir = await restartableWeir('crawl-s3-requests', {
      project: project(bucket.root, { endpoint: proxy.url }),
    })
    await weir.start()
    // The first may be under way, and another that was asked for at the start: what is measured comes behind both.
    await crawled(weir)
    await crawled(weir)
    const { requests: first } = await proxy.counts()
    assert.match(await crawled(weir), /nothing has changed[^]*Opened 0 files/)
    const { requests: both } = await proxy.counts()
    context.diagnostic(`${first} requests for the first crawls, ${both - first} for one with nothing new`)
    assert.ok(first >= files.length && first <= files.length + 10, `${first} requests`)
    // Two pages of names, and a look for a Delta log.
    assert.equal(both - first, 3)
  })

  void test('INV-C1: killed in the middle, the operator leaves the table as it was, and the next crawl goes on', async (context) => {
    await using bucket = await openS3Store()
    await put(bucket, { 'n=0/first.csv': 'id,sku\n1,x\n' })
    await using proxy = await startChaosProxy(s3Server().endpoint, chosenSeed(context), { latency: '20-60' })
    await using weir = await restartableWeir('crawl-s3-killed', {
      project: project(bucket.root, { endpoint: proxy.url }),
    })
    await weir.start()
    const count = async () => Number((await sqlOf<{ n: string }>(weir, 'select count(*) as n from sales'))[0]!.n)
    await eventually('the first crawl', async () => (await count()) === 1 || undefined)
    const files = Array.from({ length: 1200 }, (_, at) => [`n=${at % 9}/${at}.csv`, `id,sku\n${at},y\n`] as const)
    for (let at = 0; at < files.length; at += 100)
      await Promise.all(files.slice(at, at + 100).map((file) => put(bucket, Object.fromEntries([file]))))
    const crawl = weir.command('crawl', 'raw')
    // What has been found is written down by the hundred.
    await eventually('half of the crawl', async () => {
      const journal = await readFile(join(weir.folder, '.weir/crawlers/raw.jsonl'), 'utf8').catch(() => '')
      return journal.split('\n').length > 400 || undefined
    })
    process.kill(processesOf(weir.pid()).find(({ kind }) => kind === 'operator')!.pid, 'SIGKILL')
    assert.equal((await crawl).code === 0, false)
    assert.equal(await count(), 1)
    const [, opened] = /Opened (\d+) files/.exec((await crawled(weir)).replaceAll(',', '')) ?? []
    assert.ok(Number(opened) > 0 && Number(opened) <= files.length - 400, `opened ${opened}`)
    assert.equal(await count(), files.length + 1)
  })

  void test('a bucket that the project does not name is refused, and an empty prefix says so', async () => {
    const { bucket } = s3Server()
    await using weir = await restartableWeir('crawl-s3-refused', {
      project: project(`s3://${bucket}/tests/${randomUUID()}`),
    })
    await weir.start()
    await eventually('the trouble is shown', async () => {
      const { stdout } = await weir.command('status')
      return /raw[^\n]*Failed[^]*no object lies under s3:/.test(stdout) || undefined
    })
    const body = (path: string) => JSON.stringify({ spec: { path, table: 'taken' } })
    const headers = { 'content-type': 'application/json' }
    const declare = async (path: string) =>
      (
        await fetch(`http://127.0.0.1:${weir.ports.http}/api/v1/resources/crawler/by-api`, {
          method: 'PUT',
          headers,
          body: body(path),
        })
      ).text()
    assert.match(await declare(`s3://${bucket}/other`), /WEIR-4022.*does not say how s3:.*is reached/)
    assert.match(await declare('s3://elsewhere/x'), /WEIR-4022.*buckets: \{ 's3:\/\/elsewhere'/)
    assert.match(await declare('gs://elsewhere/x'), /write it like .*s3:\/\/bucket\/prefix/)
  })
})
