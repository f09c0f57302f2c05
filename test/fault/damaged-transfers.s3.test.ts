import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { CreateMultipartUploadCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { startTamperingProxy, type SeenRequest, type Tampering } from '../support/tampering-proxy.ts'

const { endpoint: server } = s3Server()
const large = randomBytes((11 << 20) + 3)

/** Tampers with the first `count` requests that match. */
function first(count: number, match: RegExp, tampering: Tampering): (seen: SeenRequest) => Tampering | undefined {
  let left = count
  return ({ what }) => (match.test(what) && left-- > 0 ? tampering : undefined)
}

async function open(decide: (seen: SeenRequest) => Tampering | undefined) {
  const proxy = await startTamperingProxy(server, decide)
  const tested = await openS3Store({ endpoint: proxy.url, patience: { delayMs: 1, delayMsMax: 5 } })
  return {
    ...tested,
    proxy,
    async [Symbol.asyncDispose]() {
      await tested[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

async function inFile<T>(bytes: Buffer, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-sent-'))
  try {
    await writeFile(join(folder, 'file'), bytes)
    return await work(join(folder, 'file'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function namesUnder(store: { list(prefix: string): AsyncIterable<{ location: string }> }, prefix: string) {
  const found: string[] = []
  for await (const { location } of store.list(prefix)) found.push(location)
  return found
}

void test('bytes that change on their way are refused by the server, and sent again (INV-O4)', async () => {
  for (const [bytes, match] of [
    [randomBytes(1000), /^PUT/],
    [large, /^PUT .*partNumber=2/],
  ] as const) {
    await using tested = await open(first(2, match, 'damage request'))
    const { store, root, proxy } = tested
    await inFile(bytes, (path) => store.adopt(path, `${root}/sent`))
    assert.equal(proxy.seen.filter(({ what }) => match.test(what)).length, 3)
    assert.ok((await store.get(`${root}/sent`)).equals(bytes))
  }
})

void test('bytes that changed when they were read are read again, and never handed out (INV-O5)', async () => {
  for (const bytes of [randomBytes(1000), large]) {
    await using tested = await open(first(1, /^GET .*read/, 'damage answer'))
    const { store, root } = tested
    await store.put(`${root}/read`, bytes)
    assert.ok((await readFile(await store.localPath(`${root}/read`))).equals(bytes))
  }
  await using always = await open(first(1000, /^GET .*read/, 'damage answer'))
  const { store, root, settings } = always
  await store.put(`${root}/read`, large)
  const damaged = { code: 'WEIR-8007', message: /read 3 times and its checksum is .*, not .* as S3 says/ }
  await assert.rejects(store.get(`${root}/read`), damaged)
  await assert.rejects(store.localPath(`${root}/read`), damaged)
  const kept = (await readdir(settings.cacheDirectory)).filter((name) => !name.startsWith('.lock'))
  assert.deepEqual(kept, [], 'a damaged copy was kept')
})

void test('a body that breaks off is read on from there, and the whole is checked (INV-O5)', async () => {
  await using tested = await open(first(3, /^GET .*long/, { cutAt: 3 << 20 }))
  const { store, root, proxy } = tested
  await store.put(`${root}/long`, large)
  assert.ok((await store.get(`${root}/long`)).equals(large))
  const [whole, ...rest] = proxy.seen.filter(({ what }) => what.startsWith('GET')).map(({ range }) => range)
  assert.equal(whole, undefined)
  assert.equal(rest.length, 3)
  for (const range of rest) assert.match(range ?? '', /^bytes=\d+-$/)
})

void test('an object that another one replaced while it was read is read from the start', async () => {
  const other = randomBytes(large.length)
  await using direct = await openS3Store()
  const location = `${direct.root}/replaced`
  await direct.store.put(location, large)
  // So little is no progress: the store waits before it goes on, and meanwhile the other object comes.
  await using tested = await open(first(1, /^GET/, { cutAt: 1 << 19 }))
  const s3 = { ...tested.settings, patience: { pause: () => direct.store.put(location, other) } }
  const bytes = await openObjectStore({ roots: [direct.root], files: nodeFiles, s3 }).get(location)
  assert.ok(bytes.equals(other), 'a mixture of two objects')
  assert.deepEqual(
    tested.proxy.seen.map(({ range }) => range !== undefined),
    [false, true, false],
  )
})

void test('an upload that fails leaves the file where it was, and nothing on the server (INV-O6)', async () => {
  await using tested = await open(first(1000, /partNumber=3/, { refuse: 403 }))
  const { store, root } = tested
  await inFile(large, async (path) => {
    await assert.rejects(store.adopt(path, `${root}/failed`), { code: 'WEIR-8004', message: /403 for s3:.*failed/ })
    assert.equal((await stat(path)).size, large.length)
  })
  assert.deepEqual(await namesUnder(store, `${root}/`), [])
})

void test('an upload whose writer was killed is listed, and can be removed without harm to the object (INV-O6)', async () => {
  await using tested = await openS3Store()
  const { store, root } = tested
  const location = `${root}/data/killed.parquet`
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location)!
  const client = new S3Client({ endpoint: server, region: 'us-east-1', forcePathStyle: true })
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
  await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: Buffer.from('half') }))
  client.destroy()
  await store.put(location, Buffer.from('whole'))
  const upload = `${location}?uploadId=${UploadId}`
  assert.deepEqual(await namesUnder(store, `${root}/data/`), [location, upload])
  await store.remove(upload)
  await store.remove(upload)
  assert.deepEqual(await namesUnder(store, `${root}/`), [location])
})

void test('of a large file no more parts are in memory than may be, and it is read once (INV-O7)', async () => {
  const partsInFlight = 3
  let [read, answered, most] = [0, 0, 0]
  const proxy = await startTamperingProxy(
    server,
    () => undefined,
    ({ what }) => (answered += what.includes('partNumber') ? 1 : 0),
  )
  const counting: Files = {
    ...nodeFiles,
    open: async (path, mode) => {
      const file = await nodeFiles.open(path, mode)
      const counted = async (target: Uint8Array, at: number): Promise<number> => {
        read += 1
        most = Math.max(most, read - answered)
        return file.read(target, at)
      }
      return { ...file, read: counted }
    },
  }
  await using tested = await openS3Store({ endpoint: proxy.url, partsInFlight })
  const store = openObjectStore({ roots: [tested.root], files: counting, s3: tested.settings })
  const bytes = Buffer.concat(Array.from({ length: 6 }, () => large))
  await inFile(bytes, (path) => store.adopt(path, `${tested.root}/long`))
  assert.equal(read, Math.ceil(bytes.length / (5 << 20)))
  assert.equal(most, partsInFlight)
  assert.ok((await store.get(`${tested.root}/long`)).equals(bytes))
  await proxy[Symbol.asyncDispose]()
})

void test('what S3 refuses is sent once, and no key is in the error', async () => {
  await using tested = await open(() => undefined)
  const { root, settings, proxy } = tested
  const keys = { accessKeyId: 'AKIAEXAMPLEKEY', secretAccessKey: 'a-secret-of-somebody' }
  const store = openObjectStore({ roots: [root], files: nodeFiles, s3: { ...settings, ...keys } })
  const error = await store.put(`${root}/x`, Buffer.from('x'), { ifAbsent: true }).catch((thrown: unknown) => thrown)
  assert.match(String(error), /S3 answered 40[34] for s3:.*\/x: \w+/)
  const told = inspect(error, { depth: Infinity, showHidden: true })
  for (const secret of [...Object.values(keys), 'Signature=', 'authorization']) assert.ok(!told.includes(secret), told)
  assert.equal(proxy.seen.filter(({ what }) => what.startsWith('PUT')).length, 1)
})
