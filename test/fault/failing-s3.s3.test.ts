import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { kit } from '../../tools/conformance/suites.ts'
import { describeObjectStoreContract, type ObjectStoreUnderTest } from '../contracts/object-store.ts'

// Started by `npm run conformance`, which sets these; `S3_BUCKET` exists.
const { S3_ENDPOINT: target, S3_BUCKET: bucket = 'weir', AWS_REGION: region = 'us-east-1' } = process.env
assert.ok(target !== undefined, 'S3_ENDPOINT, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must name an S3 server')

/** One request in five fails: refused, reset, answered to nobody, or with half of a body. */
const faults = ['--error-rate', '.08', '--reset-rate', '.04', '--lost-rate', '.04', '--truncate-rate', '.04']
const seed = String(Date.now() % 100_000)
let proxy: ReturnType<typeof spawn>
let endpoint: string
before(async () => {
  console.log(`seed ${seed}`)
  const program = `${kit}/iceberg/s3/chaos.mjs`
  proxy = spawn(process.execPath, [program, '--target', target, '--seed', seed, ...faults, '--quiet'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [address] = (await once(proxy.stdout!, 'data')) as [Buffer]
  endpoint = address.toString().trim()
})
after(() => proxy.kill())

describeObjectStoreContract('S3 that fails one request in five', open)

async function open(): Promise<ObjectStoreUnderTest> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'weir-s3-'))
  const s3 = { endpoint, region, pathStyle: true, cacheDirectory, cacheBytesMax: 64 << 20 }
  return {
    store: openObjectStore({ roots: [], files: nodeFiles, s3 }),
    root: `s3://${bucket}/failing/${randomUUID()}`,
    [Symbol.asyncDispose]: () => rm(cacheDirectory, { recursive: true, force: true }),
  }
}

/** Makes the next `first` requests that match fail in this way, and no others. */
async function failNext(match: string, fault: 'lost' | 'truncate' | 'error', first: number): Promise<void> {
  const rates = { 'error-rate': 0, 'reset-rate': 0, 'lost-rate': 0, 'truncate-rate': 0 }
  const body = JSON.stringify({ ...rates, [`${fault}-rate`]: 1, match, first })
  assert.equal((await fetch(`${endpoint}/__chaos`, { method: 'POST', body })).status, 200)
}

void test('a write that must be first and whose answer is lost is not taken for that of another writer', async () => {
  await using tested = await open()
  const { store, root } = tested
  await failNext('^PUT', 'lost', 2)
  await store.put(`${root}/mine`, Buffer.from('mine'), { ifAbsent: true })
  await failNext('^PUT', 'lost', 1)
  await assert.rejects(store.put(`${root}/mine`, Buffer.from('other'), { ifAbsent: true }), { code: 'WEIR-8003' })
  assert.equal((await store.get(`${root}/mine`)).toString(), 'mine')
})

void test('a file is sent again when its answer is lost, and read again when its bytes break off', async () => {
  await using tested = await open()
  const { store, root } = tested
  const bytes = Buffer.alloc(3 << 20, 'parquet')
  const file = join(await mkdtemp(join(tmpdir(), 'weir-s3-')), 'file')
  await writeFile(file, bytes)
  await failNext('^PUT', 'lost', 2)
  await store.adopt(file, `${root}/file`)
  await rm(dirname(file), { recursive: true })
  await failNext('^GET', 'truncate', 2)
  assert.ok((await readFile(await store.localPath(`${root}/file`))).equals(bytes))
})

void test('a server that goes on failing is an error that names the object, never an answer', async () => {
  await using tested = await open()
  const { store, root } = tested
  await failNext('.', 'error', 1000)
  const location = `${root}/x`
  for (const call of [
    () => store.get(location),
    () => store.put(location, Buffer.from('x')),
    () => store.size(location),
  ])
    await assert.rejects(call, { code: 'WEIR-8004', retryable: true, message: /50[03] for s3:.*\/x/ })
  await failNext('.', 'error', 0)
  assert.equal(await store.size(`${root}/x`), undefined)
})
