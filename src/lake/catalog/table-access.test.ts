import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'
import type { StorageCredential } from './storage-credential.ts'

const credential: StorageCredential = {
  prefix: 's3://lake/prod',
  config: { 's3.access-key-id': 'id', 's3.secret-access-key': 'key' },
}

interface Loaded {
  readonly config: Readonly<Record<string, string>>
  readonly 'storage-credentials'?: readonly StorageCredential[]
}

async function ask(
  { catalog }: LocalLake,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const text = body === undefined ? '' : JSON.stringify(body)
  const answer = await catalog.handle({ method, path: `/v1/namespaces/public/${path}`, query: {}, headers, body: text })
  return { ...answer, loaded: (answer.body === '' ? undefined : JSON.parse(answer.body)) as Loaded }
}

const asking = { 'x-iceberg-access-delegation': 'remote-signing, vended-credentials' }
const schema = schemaOf([{ name: 'id', type: 'long' }])
const vended = { config: credential.config, 'storage-credentials': [credential] }
const accessOf = ({ config, ...rest }: Loaded) => ({
  config,
  ...(rest['storage-credentials'] === undefined ? {} : { 'storage-credentials': rest['storage-credentials'] }),
})

void suite('keys of the storage', () => {
  void test('go to a client that asks for them, when it makes, stages and loads a table', async () => {
    await using lake = await openLocalLake({ credential })
    await lake.client.ensureNamespace(['public'])
    const made = await ask(lake, 'POST', 'tables', asking, { name: 't', schema })
    const staged = await ask(lake, 'POST', 'tables', asking, { name: 's', schema, 'stage-create': true })
    const loaded = await ask(lake, 'GET', 'tables/t', asking)
    for (const { status, loaded: answer } of [made, staged, loaded])
      assert.deepEqual([status, accessOf(answer)], [200, vended])
    const again = { ...asking, 'idempotency-key': '0b6bba31-4f2e-4a7c-9f5c-0f9a1f3f7a11' }
    for (const _ of [1, 2]) {
      const { loaded: answer } = await ask(lake, 'POST', 'tables', again, { name: 'once', schema })
      assert.deepEqual(accessOf(answer), vended)
    }
  })

  void test('go to nobody who does not ask, who asks for signatures alone, or where the project gives none', async () => {
    await using lake = await openLocalLake({ credential })
    await lake.client.ensureNamespace(['public'])
    await lake.client.createTable(['public'], { name: 't', schema })
    for (const headers of [{}, { 'x-iceberg-access-delegation': 'remote-signing' }]) {
      const { loaded } = await ask(lake, 'GET', 'tables/t', headers)
      assert.deepEqual(accessOf(loaded), { config: {} })
    }
    await using without = await openLocalLake()
    await without.client.ensureNamespace(['public'])
    await without.client.createTable(['public'], { name: 't', schema })
    assert.deepEqual(accessOf((await ask(without, 'GET', 'tables/t', asking)).loaded), { config: {} })
  })

  void test('are not hidden behind the tag of an answer without them', async () => {
    await using lake = await openLocalLake({ credential })
    await lake.client.ensureNamespace(['public'])
    await lake.client.createTable(['public'], { name: 't', schema })
    const { headers } = await ask(lake, 'GET', 'tables/t', {})
    const tag = { 'if-none-match': headers['etag']! }
    assert.equal((await ask(lake, 'GET', 'tables/t', tag)).status, 304)
    assert.equal((await ask(lake, 'GET', 'tables/t', { ...tag, ...asking })).status, 200)
  })
})
