import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { checkBucket } from '../../src/platform/lake/check-bucket.ts'
import type { LakePlace } from '../../src/platform/lake/lake-place.ts'
import { freePort } from '../support/free-port.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { startAgreeingProxy } from '../support/agreeing-proxy.ts'

type Access = NonNullable<LakePlace['s3']>

async function check(
  changes: Partial<Access> = {},
  warehouse = `s3://${s3Server().bucket}/tests/${randomUUID()}`,
): Promise<void> {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'weir-check-'))
  const { endpoint } = s3Server()
  const access = { endpoint, pathStyle: true, projectDirectory: cacheDirectory, ...changes }
  try {
    await checkBucket({ warehouse, copies: { cacheDirectory }, s3: access })
  } finally {
    await rm(cacheDirectory, { recursive: true })
  }
}

void suite('a bucket is asked at the start for what tables need', () => {
  void test('one that does it is taken, and nothing is left in it', async () => {
    const warehouse = `s3://${s3Server().bucket}/tests/${randomUUID()}`
    await check({}, warehouse)
    await using direct = await openS3Store()
    for await (const { location } of direct.store.list(`${warehouse}/`)) assert.fail(location)
  })

  void test('what another check has there just now stays', async () => {
    await using direct = await openS3Store()
    const { root, store } = direct
    await store.put(`${root}/.weir-check-young`, Buffer.from('weir'))
    await check({}, root)
    const left: string[] = []
    for await (const { location } of store.list(`${root}/`)) left.push(location)
    assert.deepEqual(left, [`${root}/.weir-check-young`])
  })

  void test('one that is not there is named, and what to do', () =>
    assert.rejects(check({}, 's3://no-such-bucket/prefix'), {
      code: 'WEIR-8010',
      message:
        /s3:\/\/no-such-bucket\/prefix at http:.*cannot be used to write: NoSuchBucket.*Make the bucket no-such-bucket, or correct objects\.location/,
    }))

  void test('keys that are wrong are said to be', async () => {
    process.env['WEIR_TEST_KEY'] = 'wrong'
    try {
      const keys = { accessKeyId: 'nobody', secretAccessKey: { fromEnv: 'WEIR_TEST_KEY' } }
      await assert.rejects(check({ keys }), {
        code: 'WEIR-8010',
        message: /cannot be used to write: .*access ?key.*Correct the keys/i,
      })
    } finally {
      delete process.env['WEIR_TEST_KEY']
    }
  })

  void test('an address where nobody answers is said, with the setting', async () => {
    const port = await freePort()
    await assert.rejects(check({ endpoint: `http://127.0.0.1:${port}` }), {
      code: 'WEIR-8004',
      message: new RegExp(`did not answer: .*ECONNREFUSED.*Check objects\\.endpoint \\(http://127.0.0.1:${port}\\)`),
    })
  })

  void test('a server without conditions would let two writers both be the first: refused', async () => {
    await using proxy = await startAgreeingProxy(s3Server().endpoint)
    await assert.rejects(check({ endpoint: proxy.url }), {
      code: 'WEIR-8010',
      message: /does not honour conditional writes \(If-None-Match: \*\).*Use a server that does/,
    })
  })

  void test('a server that looks first and writes then would let writers at the same time all be the first: refused', async () => {
    await using proxy = await startAgreeingProxy(s3Server().endpoint, { onlyAtOnce: true })
    const warehouse = `s3://${s3Server().bucket}/tests/${randomUUID()}`
    await assert.rejects(check({ endpoint: proxy.url }, warehouse), {
      code: 'WEIR-8010',
      message: /let [2-8] of 8 writers of one name at the same time all be the first.*Use a server that does/,
    })
    await using direct = await openS3Store()
    for await (const { location } of direct.store.list(`${warehouse}/`)) assert.fail(location)
  })
})
