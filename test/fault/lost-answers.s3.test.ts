import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startChaosProxy, type ChaosProxy } from '../support/chaos-proxy.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'

let proxy: ChaosProxy
before(async () => {
  proxy = await startChaosProxy(s3Server().endpoint, 1)
})
after(() => proxy[Symbol.asyncDispose]())

const attemptsMax = 8
const small = Buffer.from('mine')
const large = randomBytes((5 << 20) + 1)

/** What must be the first goes in one request, whatever its size. */
const decides = /^PUT (?!.*uploadId=)/
const writes = [
  { what: 'an object', bytes: small },
  { what: 'a large object', bytes: large },
]

for (const { what, bytes } of writes) {
  void test(`${what} that must be the first is that of its writer, whose answers are lost (INV-O3)`, async () => {
    for (const lost of [1, 2, attemptsMax]) {
      await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax, delayMs: 1 } })
      const { store, root } = tested
      await proxy.failNext(decides, 'lost', lost)
      await store.put(`${root}/mine`, bytes, { ifAbsent: true })
      assert.ok((await store.get(`${root}/mine`)).equals(bytes))
    }
  })

  void test(`${what} of another writer is never taken for one's own, even with the same bytes (INV-O3)`, async () => {
    for (const lost of [0, 1, attemptsMax]) {
      await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax, delayMs: 1 } })
      const { store, root } = tested
      await proxy.failNext(decides, 'lost', 0)
      await store.put(`${root}/taken`, bytes, { ifAbsent: true })
      await proxy.failNext(decides, 'lost', lost)
      const again = store.put(`${root}/taken`, Buffer.from(bytes), { ifAbsent: true })
      await assert.rejects(again, { code: 'WEIR-8003', message: `${root}/taken is already there` })
    }
  })

  void test(`${what} that never reached the server is not taken for written`, async () => {
    await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax: 3, delayMs: 1 } })
    const { store, root } = tested
    await proxy.failNext(decides, 'reset', 3)
    await assert.rejects(store.put(`${root}/x`, bytes, { ifAbsent: true }), { code: 'WEIR-8004', retryable: true })
    assert.equal(await store.size(`${root}/x`), undefined)
  })
}

void test('an object that is sent in parts is there when its answers are lost, and not when nothing came', async () => {
  const completes = /^POST .*uploadId=/
  for (const lost of [1, 2, attemptsMax]) {
    await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax, delayMs: 1 } })
    const { store, root } = tested
    await proxy.failNext(completes, 'lost', lost)
    await store.put(`${root}/parts`, large)
    assert.ok((await store.get(`${root}/parts`)).equals(large))
    assert.equal((await proxy.counts()).lost, lost)
  }
  await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax: 3, delayMs: 1 } })
  await proxy.failNext(completes, 'reset', 3)
  await assert.rejects(tested.store.put(`${tested.root}/x`, large), { code: 'WEIR-8004', retryable: true })
  assert.equal(await tested.store.size(`${tested.root}/x`), undefined)
})

void test('what cannot be read after all answers were lost is told as unknown, not as written or refused', async () => {
  await using tested = await openS3Store({ endpoint: proxy.url, patience: { attemptsMax: 3, delayMs: 1 } })
  const { store, root } = tested
  await proxy.failNext(/^(PUT|HEAD)/, 'lost', 100)
  await assert.rejects(store.put(`${root}/x`, small, { ifAbsent: true }), { code: 'WEIR-8004', retryable: true })
  await proxy.failNext(/./, 'lost', 0)
  assert.ok((await store.get(`${root}/x`)).equals(small), 'the server had done it')
})

void test('a server that goes on failing is an error that names the object, never an answer', async () => {
  await using tested = await openS3Store({ endpoint: proxy.url, patience: { delayMs: 1, delayMsMax: 10 } })
  const { store, root } = tested
  await proxy.failNext(/./, 'error', 1000)
  const location = `${root}/x`
  const listed = async () => {
    for await (const object of store.list(`${root}/`)) assert.fail(object.location)
  }
  const calls = [
    () => store.get(location),
    () => store.put(location, small),
    () => store.size(location),
    () => store.remove(location),
    () => store.localPath(location),
    listed,
  ]
  for (const call of calls)
    await assert.rejects(call, { code: 'WEIR-8004', retryable: true, message: /50[03] for s3:.* \(8 times\)/ })
  await proxy.failNext(/./, 'error', 0)
  assert.equal(await store.size(location), undefined)
})
