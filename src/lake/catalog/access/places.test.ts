import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { bodyOf, errorOf } from '../../../../test/support/ask-catalog.ts'
import { commitFiles } from '../../../../test/support/commit-files.ts'
import { openLocalLake, type LocalLake } from '../../../../test/support/local-lake.ts'
import { stringifyJson } from '../../json.ts'
import type { DataFile } from '../../manifest/data-file.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { CatalogResponse } from '../catalog.ts'
import { isPlaceOf } from '../create-catalog.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { guardCatalog } from './guard-catalog.ts'

/** A user that may do everything with what is called so. */
const access: CatalogAccess = {
  refusal: (_, { name }) => (/^made/.test(name ?? 'made') ? undefined : 'not of this user'),
  sees: () => true,
}
const schema = { type: 'struct', fields: [{ id: 1, name: 'id', type: 'long', required: false }] }
const tables = 'namespaces/public/tables'

interface UserLake {
  readonly lake: LocalLake
  /** Answered as the user is. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<CatalogResponse>
  readonly metadataOf: (name: string) => Promise<TableMetadata>
}

async function withUser(run: (parts: UserLake) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake()
  await lake.client.ensureNamespace(['public'])
  const warehouse = `file://${lake.folder}/lake`
  const guarded = guardCatalog(lake.catalog, {
    files: lake.store,
    isPlaceOf: (table, location) => isPlaceOf(warehouse, table, location),
  })
  await run({
    lake,
    ask: (method, path, body) =>
      guarded.handle({
        method,
        path: `/v1/${path}`,
        query: {},
        headers: {},
        body: body === undefined ? '' : stringifyJson(body),
        access,
      }),
    metadataOf: async (name) => (await lake.client.loadTable({ namespace: ['public'], name })).metadata,
  })
}

const fileOf = (metadata: TableMetadata): DataFile => ({
  content: 'data',
  location: `${metadata.location}/data/a.parquet`,
  format: 'PARQUET',
  specId: 0,
  partition: [],
  recordCount: 1,
  sizeBytes: 4,
})

/** A table of an administrator with a file in it. */
async function fill({ lake, metadataOf }: UserLake, name: string): Promise<TableMetadata> {
  const { metadata } = await lake.client.createTable(['public'], { name, schema } as never)
  await lake.client.commitTable(
    { namespace: ['public'], name },
    await commitFiles(lake.store, metadata, [fileOf(metadata)]),
  )
  return metadataOf(name)
}

const renamed = (name: string, to: string) => ({
  source: { namespace: ['public'], name },
  destination: { namespace: ['public'], name: to },
})

/** The updates that make a table of this metadata, as clients send them. */
const making = (metadata: TableMetadata) => [
  { action: 'assign-uuid', uuid: '11111111-2222-4333-8444-555555555555' },
  { action: 'upgrade-format-version', 'format-version': 2 },
  { action: 'add-schema', schema: metadata.schemas[0] },
  { action: 'set-current-schema', 'schema-id': -1 },
  { action: 'add-spec', spec: { fields: [] } },
  { action: 'set-default-spec', 'spec-id': -1 },
  { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
  { action: 'set-default-sort-order', 'sort-order-id': -1 },
]
const asserted = [{ type: 'assert-create' }]

void suite('the place of a table that a user makes', () => {
  void test('is not that of another table, which had its name or may have had it', () =>
    withUser(async (parts) => {
      const { lake, ask } = parts
      const { location } = await fill(parts, 'made')
      const at = await lake.catalog.handle({
        method: 'POST',
        path: '/v1/tables/rename',
        query: {},
        headers: {},
        body: stringifyJson(renamed('made', 'secret')),
      })
      assert.equal(at.status, 204, at.body)
      const theirs = /^403 ForbiddenException: .*a new table lies where none was made: files of another one are in/
      for (const given of [{}, { 'stage-create': true }])
        assert.match(errorOf(await ask('POST', tables, { name: 'made', schema, location, ...given })), theirs)
      const staged = await ask('POST', tables, { name: 'made', schema, 'stage-create': true })
      const { metadata } = bodyOf<{ metadata: TableMetadata }>(staged)
      const set = { action: 'set-location', location }
      const commit = { requirements: asserted, updates: [...making(metadata), set] }
      assert.match(errorOf(await ask('POST', `${tables}/made`, commit)), theirs)
      const identifier = { namespace: ['public'], name: 'made' }
      const all = { 'table-changes': [{ identifier, ...commit }] }
      assert.match(errorOf(await ask('POST', 'transactions/commit', all)), theirs)
      // Where it was told to, it makes one, and another is told another place.
      const own = { action: 'set-location', location: metadata.location }
      const made = await ask('POST', `${tables}/made`, { requirements: asserted, updates: [...making(metadata), own] })
      assert.equal(made.status, 200, made.body)
      assert.notEqual(metadata.location, location)
      await lake.client.dropTable({ namespace: ['public'], name: 'made' })
      assert.match(errorOf(await ask('POST', tables, { name: 'made', schema, location: metadata.location })), theirs)
    }))

  void test('is told by a commit that names files: without it, they could be of another table', () =>
    withUser(async (parts) => {
      const { snapshots, ...secret } = await fill(parts, 'secret')
      const updates = [
        ...making(secret as TableMetadata),
        { action: 'add-snapshot', snapshot: snapshots![0] },
        {
          action: 'set-snapshot-ref',
          'ref-name': 'main',
          'snapshot-id': snapshots![0]!['snapshot-id'],
          type: 'branch',
        },
      ]
      const answer = await parts.ask('POST', `${tables}/made`, { requirements: asserted, updates })
      assert.match(errorOf(answer), /^403 ForbiddenException: .*says where it lies: add set-location/)
    }))

  void test('is named by no property, of a table, a view or a namespace', () =>
    withUser(async (parts) => {
      const { lake, ask, metadataOf } = parts
      const { location } = await fill(parts, 'secret')
      await lake.client.createTable(['public'], {
        name: 'made',
        schema,
        properties: { 'write.data.path': `file://${lake.folder}/elsewhere` },
      } as never)
      const version = {
        'version-id': 1,
        'schema-id': 0,
        'timestamp-ms': Date.now(),
        summary: {},
        representations: [{ type: 'sql', sql: 'select 1', dialect: 'spark' }],
        'default-namespace': ['public'],
      }
      const view = { name: 'made_view', schema, 'view-version': version, properties: {} }
      assert.equal((await ask('POST', 'namespaces/public/views', view)).status, 200)
      const inside = { 'write.metadata.path': `${location}/metadata` }
      const set = { requirements: [], updates: [{ action: 'set-properties', updates: inside }] }
      for (const [path, body] of [
        [tables, { name: 'made_b', schema, properties: inside }],
        [`${tables}/made`, set],
        [`${tables}/made`, { updates: [{ action: 'remove-properties', removals: ['write.data.path'] }] }],
        ['namespaces/public/views', { ...view, name: 'made_c', properties: inside }],
        ['namespaces/public/views/made_view', set],
        ['namespaces', { namespace: ['made'], properties: { location } }],
        ['namespaces/public/properties', { updates: { location } }],
      ] as const)
        assert.match(
          errorOf(await ask('POST', path, body)),
          /^403 ForbiddenException: .*the property (write\.\w+\.path|location) is chosen by administrators alone/,
          `${path} ${JSON.stringify(body)}`,
        )
      const files: string[] = []
      for await (const file of lake.store.list(`${location}/metadata/`)) files.push(file.location)
      assert.equal(files.filter((file) => file.endsWith('.metadata.json')).length, 2)
      assert.equal((await metadataOf('made')).properties?.['write.data.path'], `file://${lake.folder}/elsewhere`)
    }))

  void test('a table is not made with a state of deliveries', () =>
    withUser(async ({ ask }) => {
      const properties = { 'weir.state': '../secret/weir/state.json' }
      for (const given of [{}, { 'stage-create': true }])
        assert.match(
          errorOf(await ask('POST', tables, { name: 'made', schema, properties, ...given })),
          /^403 ForbiddenException: .*the state of the deliveries into the table made is chosen by/,
        )
    }))

  void test('a level of a namespace is one: what parts levels in it is refused before anything is decided', () =>
    withUser(async ({ ask }) => {
      const source = { namespace: ['public\u001finner'], name: 'made' }
      const rename = await ask('POST', 'tables/rename', { source, destination: source })
      assert.match(errorOf(rename), /^400 BadRequestException: .*a level of a namespace cannot hold U\+001F/)
      const changes = [{ identifier: source, requirements: [], updates: [] }]
      assert.equal((await ask('POST', 'transactions/commit', { 'table-changes': changes })).status, 400)
    }))
})
