import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askCatalog, bodyOf, errorOf } from '../../../test/support/ask-catalog.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { schemaOf } from '../types/schema.ts'
import type { ViewMetadata } from '../view/view-metadata.ts'

type Ask = (call: string, body?: unknown) => ReturnType<typeof askCatalog>

interface Loaded {
  readonly 'metadata-location': string
  readonly metadata: ViewMetadata
}

const schema = schemaOf([{ name: 'id', type: 'long' }])

function viewBody(name: string, sql: string, more = {}) {
  return { name, schema, 'view-version': versionOf(sql), properties: {}, ...more }
}

function versionOf(sql: string, dialect = 'spark') {
  return {
    'version-id': 1,
    'schema-id': 0,
    'timestamp-ms': 1_700_000_000_000,
    summary: { engine: 'test' },
    representations: [{ type: 'sql', sql, dialect }],
    'default-namespace': ['a'],
  }
}

const replaceBy = (sql: string, ...requirements: readonly unknown[]) => ({
  requirements,
  updates: [
    { action: 'add-view-version', 'view-version': versionOf(sql) },
    { action: 'set-current-view-version', 'view-version-id': -1 },
  ],
})

async function withNamespace(run: (ask: Ask, lake: LocalLake) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake()
  const ask: Ask = (call, body) => askCatalog(lake.catalog, call, body)
  await ask('POST /namespaces', { namespace: ['a'] })
  await run(ask, lake)
}

const loadedOf = async (answer: ReturnType<Ask>): Promise<Loaded> => {
  const found = await answer
  assert.equal(found.status, 200, found.body)
  return bodyOf<Loaded>(found)
}
const sqlOf = ({ metadata }: Loaded) =>
  metadata.versions.find((version) => version['version-id'] === metadata['current-version-id'])!.representations[0]!.sql

void test('INV-L1: a view is made, replaced and read back as its metadata file holds it', () =>
  withNamespace(async (ask, lake) => {
    const made = await loadedOf(ask('POST /namespaces/a/views', viewBody('v', 'select 1', { properties: { k: 'x' } })))
    assert.deepEqual([made.metadata['current-version-id'], made.metadata.schemas[0]!['schema-id']], [1, 0])
    const replaced = await loadedOf(ask('POST /namespaces/a/views/v', replaceBy('select 2')))
    assert.equal(replaced.metadata['view-uuid'], made.metadata['view-uuid'])
    assert.deepEqual(
      replaced.metadata['version-log'].map((entry) => entry['version-id']),
      [1, 2],
    )
    const found = await loadedOf(ask('GET /namespaces/a/views/v'))
    assert.deepEqual(found, replaced)
    assert.equal(sqlOf(found), 'select 2')
    assert.deepEqual(JSON.parse((await lake.store.get(found['metadata-location'])).toString()), found.metadata)
    assert.match(found['metadata-location'], /\/lake\/a\/v\/metadata\/00001-[0-9a-f-]+\.metadata\.json$/)
    assert.equal((await ask('HEAD /namespaces/a/views/v')).status, 204)
  }))

void test('a view is not a table: neither list, load, HEAD nor drop of the one finds the other', () =>
  withNamespace(async (ask) => {
    await ask('POST /namespaces/a/views', viewBody('v', 'select 1'))
    await ask('POST /namespaces/a/tables', { name: 't', schema })
    assert.deepEqual(bodyOf(await ask('GET /namespaces/a/views'))['identifiers'], [{ namespace: ['a'], name: 'v' }])
    assert.deepEqual(bodyOf(await ask('GET /namespaces/a/tables'))['identifiers'], [{ namespace: ['a'], name: 't' }])
    for (const method of ['GET', 'DELETE']) {
      assert.match(errorOf(await ask(`${method} /namespaces/a/tables/v`)), /^404 NoSuchTableException/)
      assert.match(errorOf(await ask(`${method} /namespaces/a/views/t`)), /^404 NoSuchViewException: View does not/)
    }
    assert.equal((await ask('HEAD /namespaces/a/views/t')).status, 404)
    assert.equal((await ask('HEAD /namespaces/a/tables/v')).status, 404)
    assert.match(errorOf(await ask('DELETE /namespaces/a')), /^409 NamespaceNotEmptyException/)
  }))

void test('a name is a table or a view: making or renaming into a taken one says by what it is taken', () =>
  withNamespace(async (ask) => {
    await ask('POST /namespaces/a/views', viewBody('v', 'select 1'))
    await ask('POST /namespaces/a/tables', { name: 't', schema })
    const ident = (name: string) => ({ namespace: ['a'], name })
    const rename = (kind: string, source: string, destination: string) =>
      ask(`POST /${kind}/rename`, { source: ident(source), destination: ident(destination) })
    const refusals = [
      [await ask('POST /namespaces/a/views', viewBody('v', 'select 2')), 'View already exists: a.v'],
      [await ask('POST /namespaces/a/views', viewBody('t', 'select 2')), 'Table with same name already exists: a.t'],
      [await ask('POST /namespaces/a/tables', { name: 'v', schema }), 'View with same name already exists: a.v'],
      [
        await ask('POST /namespaces/a/tables/v', { requirements: [{ type: 'assert-create' }], updates: [] }),
        'View with same name already exists: a.v',
      ],
      [await rename('views', 'v', 't'), 'Cannot rename a.v to a.t. Table already exists'],
      [await rename('tables', 't', 'v'), 'Cannot rename a.t to a.v. View already exists'],
    ] as const
    for (const [answer, message] of refusals) assert.equal(errorOf(answer), `409 AlreadyExistsException: ${message}`)
    assert.match(errorOf(await rename('views', 't', 'x')), /^404 NoSuchViewException/)
    assert.equal((await rename('views', 'v', 'w')).status, 204)
    assert.equal(sqlOf(await loadedOf(ask('GET /namespaces/a/views/w'))), 'select 1')
    assert.equal((await ask('POST /namespaces/a/tables', { name: 'v', schema })).status, 200)
  }))

void test('INV-L2: replacements at the same moment all happen, one after the other; of a view made anew none does', () =>
  withNamespace(async (ask) => {
    const { metadata } = await loadedOf(ask('POST /namespaces/a/views', viewBody('v', 'select 0')))
    const uuid = { type: 'assert-view-uuid', uuid: metadata['view-uuid'] }
    const answers = await Promise.all(
      [1, 2, 3, 4].map((at) => ask('POST /namespaces/a/views/v', replaceBy(`select ${at}`, uuid))),
    )
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    const { metadata: after } = await loadedOf(ask('GET /namespaces/a/views/v'))
    assert.deepEqual(
      after.versions.map((version) => version['version-id']),
      [1, 2, 3, 4, 5],
    )
    assert.equal((await ask('DELETE /namespaces/a/views/v')).status, 204)
    await ask('POST /namespaces/a/views', viewBody('v', 'select 9'))
    assert.match(
      errorOf(await ask('POST /namespaces/a/views/v', replaceBy('select 10', uuid))),
      /^409 CommitFailedException: Requirement failed: view UUID does not match/,
    )
    assert.equal(sqlOf(await loadedOf(ask('GET /namespaces/a/views/v'))), 'select 9')
  }))

void test('a view that was dropped is registered again from its file; what is no view is refused', () =>
  withNamespace(async (ask) => {
    const { 'metadata-location': location, metadata } = await loadedOf(
      ask('POST /namespaces/a/views', viewBody('v', 'select 1')),
    )
    const table = bodyOf<Loaded>(await ask('POST /namespaces/a/tables', { name: 't', schema }))
    const register = (name: string, file: string, kind = 'register-view') =>
      ask(`POST /namespaces/a/${kind}`, { name, 'metadata-location': file })
    assert.match(errorOf(await register('v', location)), /^409 AlreadyExistsException: View already exists: a\.v/)
    assert.match(errorOf(await register('t', location)), /^409 .*Table with same name already exists: a\.t/)
    await ask('DELETE /namespaces/a/views/v')
    assert.deepEqual((await loadedOf(register('again', location))).metadata, metadata)
    assert.match(errorOf(await register('x', table['metadata-location'])), /^400 .*is not Iceberg view metadata/)
    assert.match(errorOf(await register('x', location, 'register')), /^400 .*is not Iceberg table metadata/)
    assert.match(errorOf(await register('x', location.replace(/[^/]+$/, 'none.json'))), /^404 /)
    assert.match(
      errorOf(await ask('POST /namespaces/none/register-view', { name: 'v', 'metadata-location': location })),
      /^404 NoSuchNamespaceException: Namespace does not exist: none/,
    )
  }))

void test('a view and a table that follow one another under a name share no folder', () =>
  withNamespace(async (ask) => {
    const view = await loadedOf(ask('POST /namespaces/a/views', viewBody('x', 'select 1')))
    await ask('DELETE /namespaces/a/views/x')
    const table = bodyOf<Loaded>(await ask('POST /namespaces/a/tables', { name: 'x', schema }))
    assert.notEqual(table.metadata.location, view.metadata.location)
  }))

void test('what a view cannot be is refused with the place that is wrong', () =>
  withNamespace(async (ask) => {
    await ask('POST /namespaces/a/views', viewBody('v', 'select 1'))
    const { sql, ...rest } = versionOf('x').representations[0]!
    const created = (change: object) =>
      ask('POST /namespaces/a/views', { ...viewBody('w', 'x'), 'view-version': { ...versionOf('x'), ...change } })
    const refusals: readonly (readonly [Awaited<ReturnType<Ask>>, RegExp])[] = [
      [await created({ representations: [] }), /^400 .*wrong at view-version\.representations/],
      [await created({ representations: [rest] }), /^400 .*wrong at view-version\.representations\.0/],
      [
        await created({ representations: ['A', 'a'].map((dialect) => ({ ...rest, sql, dialect })) }),
        /^400 IllegalArgumentException: .*multiple queries for dialect a/,
      ],
      [
        await ask('POST /namespaces/a/views/v', { updates: [{ action: 'add-snapshot' }] }),
        /^400 .*the update add-snapshot is not served/,
      ],
      [
        await ask('POST /namespaces/a/views/v', {
          updates: [{ action: 'set-current-view-version', 'view-version-id': 7 }],
        }),
        /^400 .*There is no version 7 in this view/,
      ],
      [await ask('POST /namespaces/none/views', viewBody('v', 'x')), /^404 NoSuchNamespaceException/],
      [await ask('GET /namespaces/none/views'), /^404 NoSuchNamespaceException/],
      [await ask('POST /namespaces/a/views/none', replaceBy('x')), /^404 NoSuchViewException/],
    ]
    for (const [answer, message] of refusals) assert.match(errorOf(answer), message)
  }))

void test('views are listed page by page', () =>
  withNamespace(async (ask) => {
    for (const name of ['c', 'a', 'b']) await ask('POST /namespaces/a/views', viewBody(name, 'select 1'))
    const names: string[] = []
    let token = ''
    do {
      const page = bodyOf<{ identifiers: { name: string }[]; 'next-page-token': string | null }>(
        await ask(`GET /namespaces/a/views?pageSize=2&pageToken=${token}`),
      )
      assert.ok(page.identifiers.length <= 2)
      names.push(...page.identifiers.map(({ name }) => name))
      token = page['next-page-token'] ?? ''
    } while (token !== '')
    assert.deepEqual(names, ['a', 'b', 'c'])
  }))
