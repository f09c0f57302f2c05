import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { askCatalog, bodyOf, errorOf } from '../../../test/support/ask-catalog.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'
import { keyLifetime } from './idempotency.ts'

const schema = schemaOf([{ name: 'id', type: 'long' }])
const viewBody = {
  name: 'v',
  schema,
  'view-version': {
    'version-id': 1,
    'schema-id': 0,
    'timestamp-ms': 1,
    summary: {},
    representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
    'default-namespace': ['a'],
  },
}
const setProperty = (key: string, value: string) => ({
  updates: [{ action: 'set-properties', updates: { [key]: value } }],
})

interface Setting {
  readonly lake: LocalLake
  readonly ask: (call: string, body?: unknown, key?: string) => ReturnType<typeof askCatalog>
  readonly passMs: (ms: number) => void
}

async function withTable(run: (setting: Setting) => Promise<void>): Promise<void> {
  let now = 1_700_000_000_000
  await using lake = await openLocalLake({ now: () => now })
  const ask: Setting['ask'] = (call, body, key) =>
    askCatalog(lake.catalog, call, body, key === undefined ? {} : { 'idempotency-key': key })
  await ask('POST /namespaces', { namespace: ['a'] })
  await ask('POST /namespaces/a/tables', { name: 't', schema })
  await run({ lake, ask, passMs: (ms) => (now += ms) })
}

const ident = (name: string) => ({ namespace: ['a'], name })
const commitOf = (name: string) => ({ identifier: ident(name), requirements: [], ...setProperty('k', 'v') })

/** Each of these done twice is refused, or does more than once. */
const changes: readonly (readonly [call: string, body?: unknown])[] = [
  ['POST /namespaces', { namespace: ['b'], properties: { k: 'v' } }],
  ['POST /namespaces/b/properties', { updates: { x: 'y' }, removals: ['k', 'none'] }],
  ['DELETE /namespaces/b'],
  ['POST /namespaces/a/tables', { name: 'u', schema }],
  ['POST /namespaces/a/tables/u', { requirements: [], ...setProperty('k', 'v') }],
  ['POST /transactions/commit', { 'table-changes': [commitOf('t'), commitOf('u')] }],
  ['POST /tables/rename', { source: ident('u'), destination: ident('w') }],
  ['DELETE /namespaces/a/tables/w?purgeRequested=true'],
  ['POST /namespaces/a/views', viewBody],
  ['POST /namespaces/a/views/v', setProperty('k', 'v')],
  ['POST /views/rename', { source: ident('v'), destination: ident('w') }],
  ['DELETE /namespaces/a/views/w'],
]

void test('INV-V3: a request that is sent again with its key is answered as before, and does nothing more', () =>
  withTable(async ({ lake, ask }) => {
    for (const [call, body] of changes) {
      const key = randomUUID()
      const first = await ask(call, body, key)
      assert.ok(first.status < 300, `${call}: ${first.status} ${first.body}`)
      const state = await everything(lake)
      const again = await ask(call, body, key.toUpperCase())
      assert.deepEqual([again.status, again.body], [first.status, first.body], call)
      assert.deepEqual(await everything(lake), state, call)
    }
  }))

/** Names, properties and pointers, as clients see them. */
async function everything(lake: LocalLake): Promise<readonly string[]> {
  const ask = async (call: string) => (await askCatalog(lake.catalog, call)).body
  const found = [await ask('GET /namespaces'), await ask('GET /namespaces/b')]
  for (const kind of ['tables', 'views']) {
    const list = await ask(`GET /namespaces/a/${kind}`)
    found.push(list)
    for (const { name } of (JSON.parse(list) as { identifiers: { name: string }[] }).identifiers)
      found.push(await ask(`GET /namespaces/a/${kind}/${name}`))
  }
  return found
}

void test('INV-V3: a refusal is repeated, also where the request would be accepted by now', () =>
  withTable(async ({ ask }) => {
    const key = randomUUID()
    const refused = await ask('DELETE /namespaces/a/tables/u', undefined, key)
    assert.match(errorOf(refused), /^404 NoSuchTableException/)
    await ask('POST /namespaces/a/tables', { name: 'u', schema })
    assert.deepEqual(await ask('DELETE /namespaces/a/tables/u', undefined, key), refused)
    assert.equal((await ask('HEAD /namespaces/a/tables/u')).status, 204)
    assert.equal((await ask('DELETE /namespaces/a/tables/u', undefined, randomUUID())).status, 204)
  }))

void test('INV-V3: the same request at the same moment is done once', () =>
  withTable(async ({ ask }) => {
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => ask('POST /namespaces/a/tables', { name: 'u', schema }, key)),
    )
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      answers.map(() => [200, answers[0]!.body]),
    )
  }))

void test('a key is told, must be a UUID, is of one request, and is forgotten after its time', () =>
  withTable(async ({ ask, passMs }) => {
    const config = bodyOf(await ask('GET /config'))
    assert.equal(config['idempotency-key-lifetime'], 'PT30M')
    assert.match(errorOf(await ask('DELETE /namespaces/a', undefined, 'x')), /^400 .*key "x" is not a UUID/)
    const key = randomUUID()
    assert.equal((await ask('POST /namespaces', { namespace: ['b'] }, key)).status, 200)
    for (const [call, body] of [['POST /namespaces', { namespace: ['c'] }], ['DELETE /namespaces/b']] as const)
      assert.match(errorOf(await ask(call, body, key)), /^422 UnprocessableEntityException: .*used for another request/)
    passMs(keyLifetime.ms)
    assert.equal((await ask('POST /namespaces', { namespace: ['b'] }, key)).status, 200)
    passMs(keyLifetime.ms)
    assert.match(errorOf(await ask('POST /namespaces', { namespace: ['b'] }, key)), /^409 AlreadyExistsException/)
  }))

void test('what a key did is said to be gone when its file is', () =>
  withTable(async ({ lake, ask }) => {
    const key = randomUUID()
    const made = await ask('POST /namespaces/a/tables', { name: 'u', schema }, key)
    await lake.store.remove(bodyOf<{ 'metadata-location': string }>(made)['metadata-location'])
    assert.match(
      errorOf(await ask('POST /namespaces/a/tables', { name: 'u', schema }, key)),
      /^404 NotFoundException: The request with this idempotency key was done, but/,
    )
  }))
