import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { unsynced } from '../../../test/support/lake-commits.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import type { CatalogClient } from '../client/catalog-client.ts'
import type { Long } from '../json.ts'
import type { DataFile } from '../manifest/data-file.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { prepareSchemaChange } from '../metadata/prepare-schema-change.ts'
import { currentSnapshot } from '../metadata/read.ts'
import type { TableUpdate } from '../metadata/update.ts'
import { nearestSummary } from '../scan/nearest-summary.ts'
import { planScan } from '../scan/plan-scan.ts'
import { schemaOf } from '../types/schema.ts'
import { singleValue } from '../types/single-value.ts'
import { commitRewrite } from './commit-rewrite.ts'
import { commitRowChanges, prepareRowChange, type RowChangesOutcome } from './commit-row-changes.ts'
import { prepareAppend } from './prepare-append.ts'
import type { RowChange, RowsRead } from './row-change.ts'

const ident = { namespace: ['public'], name: 't' }

/** A table of ids of which only what manifests say is there: no judgement opens a file of rows. */
async function withTable(run: (setting: Setting) => Promise<void>): Promise<void> {
  await using lake = await openLocalLake({ files: unsynced })
  await lake.client.ensureNamespace(['public'])
  await createTable(lake, 't')
  await run(settingOf(lake))
}

async function createTable(lake: LocalLake, name: string): Promise<void> {
  const schema = schemaOf([
    { name: 'id', type: 'int' },
    { name: 'city', type: 'string' },
  ])
  await lake.client.createTable(['public'], { name, schema })
}

type Setting = ReturnType<typeof settingOf>

function settingOf(lake: LocalLake, table = ident) {
  const { store, client } = lake
  const reader = manifestReader(store)
  const load = async () => (await client.loadTable(table)).metadata
  const commit = async (updates: readonly TableUpdate[]): Promise<void> => {
    const outcome = await client.commitTable(table, { requirements: [], updates })
    assert.equal(outcome.outcome, 'committed')
  }
  const setting = {
    lake,
    load,
    commit,
    head: async (): Promise<Long | null> => currentSnapshot(await load())?.['snapshot-id'] ?? null,
    /** What a delivery commits. */
    append: async (files: readonly DataFile[], state?: string): Promise<void> => {
      const named = state === undefined ? {} : { 'weir.state': state }
      const metadata = await load()
      const append = await prepareAppend({
        metadata,
        store,
        dataFiles: files,
        snapshotProperties: named,
        tableProperties: named,
      })
      assert.equal((await client.commitTable(table, append)).outcome, 'committed')
    },
    /** What another engine commits. */
    foreign: async (files: readonly DataFile[]): Promise<void> => {
      await commit((await commitFiles(store, await load(), files)).updates)
    },
    compact: async (from: readonly string[], into: DataFile): Promise<void> => {
      const scan = await planScan({ metadata: await load(), store, reader })
      const replaced = scan.dataFiles
        .filter(({ location }) => from.includes(location))
        .map((file) => ({ file, deletes: [], byValue: [] }))
      const rewrite = {
        tableUuid: (await load())['table-uuid'],
        sequenceNumber: scan.snapshot!['sequence-number']!,
        replaced,
        added: [into],
      }
      assert.equal((await commitRewrite(table, rewrite, { client, store, reader })).kind, 'committed')
    },
    change: async (
      change: Partial<RowChange> & Pick<RowChange, 'operation'>,
      through: CatalogClient = client,
    ): Promise<RowChangesOutcome> => {
      const whole = { tableUuid: (await load())['table-uuid'], schemaId: 0, ...change }
      return commitRowChanges([{ ident: table, change: whole }], { client: through, store, reader })
    },
    files: async (): Promise<readonly string[]> => {
      const { dataFiles, deleteFiles } = await planScan({ metadata: await load(), store, reader })
      return [...dataFiles, ...deleteFiles].map(({ location }) => location).toSorted()
    },
  }
  return setting
}

/** Rows with ids `from` to `to`. */
function rows(name: string, from = 0, to = 9): DataFile {
  return {
    content: 'data',
    location: `file:///rows/${name}`,
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: to - from + 1,
    sizeBytes: 100,
    valueCounts: new Map([[1, to - from + 1]]),
    nullCounts: new Map([[1, 0]]),
    lowerBounds: new Map([[1, singleValue('int', from)]]),
    upperBounds: new Map([[1, singleValue('int', to)]]),
  }
}

function deletesOf({ location }: DataFile, recordCount = 1): DataFile {
  return {
    content: 'position-deletes',
    location: `${location}-deletes-${randomUUID()}`,
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount,
    sizeBytes: 10,
    referencedDataFile: location,
  }
}

function mustBeStale(outcome: RowChangesOutcome, reason: RegExp): void {
  assert.ok(outcome.kind === 'stale', outcome.kind)
  assert.match(outcome.reason, reason)
}

const [a, b] = [rows('a'), rows('b', 10, 19)]
const few = { fieldId: 1, test: '<', value: 5 } as const

void test('rows that go and rows that come are one snapshot, and the totals of the table stay right', () =>
  withTable(async ({ append, change, head, files, load }) => {
    await append([a, b])
    const [deletes, added] = [deletesOf(a, 3), rows('c', 0, 2)]
    const read = { snapshotId: await head() }
    const outcome = await change({ operation: 'overwrite', read, deletes: [deletes], added: [added], removed: [b] })
    assert.ok(outcome.kind === 'committed')
    assert.deepEqual(outcome.snapshotIds, [await head()])
    assert.deepEqual(await files(), [a.location, deletes.location, added.location].toSorted())
    const summary = currentSnapshot(await load())!.summary!
    const counts = ['operation', 'added-records', 'deleted-records', 'added-position-deletes', 'total-records']
    assert.deepEqual(
      counts.map((key) => summary[key]),
      ['overwrite', '3', '10', '3', '13'],
    )
    assert.equal(summary['engine-name'], 'weir')
  }))

void test('deletes of one file go when it goes whole', () =>
  withTable(async ({ append, change, head, files }) => {
    await append([a, b])
    const deletes = [deletesOf(a), deletesOf(b)]
    await change({ operation: 'delete', read: { snapshotId: await head() }, deletes })
    await change({ operation: 'delete', read: { snapshotId: await head() }, removed: [a] })
    assert.deepEqual(await files(), [b.location, deletes[1]!.location].toSorted())
  }))

/** A catalog at which others commit once a change has loaded its table: it hears of them by a conflict. */
function meanwhile(client: CatalogClient, happen: () => Promise<unknown>): CatalogClient {
  let commits = 0
  return {
    ...client,
    async commitTable(table, commit) {
      if (++commits === 1) await happen()
      return client.commitTable(table, commit)
    },
  }
}

interface Race {
  readonly name: string
  readonly read?: (snapshotId: Long | null) => RowsRead
  readonly change: Partial<RowChange> & Pick<RowChange, 'operation'>
  readonly happen: (setting: Setting) => Promise<unknown>
  /** Why the change cannot land; absent when it does. */
  readonly reason?: RegExp
}

const serializable = (snapshotId: Long | null): RowsRead => ({ snapshotId })
const ofFew = (snapshotId: Long | null): RowsRead => ({ snapshotId, filter: few })
const ofSnapshot = (snapshotId: Long | null): RowsRead => ({ snapshotId, isolation: 'snapshot' })
const deleteOfA = () => ({ operation: 'delete' as const, deletes: [deletesOf(a)] })
const insert = () => ({ operation: 'append' as const, added: [rows('new', 100, 109)] })
const rollBack = async ({ commit, load }: Setting): Promise<void> => {
  const id = currentSnapshot(await load())!['parent-snapshot-id']!
  await commit([{ action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': id, type: 'branch' }])
}
const schemaChange = (updates: (setting: Setting) => Promise<readonly TableUpdate[]>) => async (setting: Setting) =>
  setting.commit(await updates(setting))

const races: readonly Race[] = [
  { name: 'an append over rows that came', change: insert(), happen: ({ append }) => append([rows('x')]) },
  { name: 'an append over deletes', change: insert(), happen: ({ foreign }) => foreign([deletesOf(a)]) },
  { name: 'an append over a rollback', change: insert(), happen: rollBack },
  {
    name: 'rows that may be of those read came',
    read: serializable,
    change: deleteOfA(),
    happen: ({ append }) => append([rows('x', 50, 59)]),
    reason: /others have added rows in .*x, which may be of those read/,
  },
  {
    name: 'rows that the filter leaves out came',
    read: ofFew,
    change: deleteOfA(),
    happen: ({ append }) => append([rows('x', 50, 59)]),
  },
  {
    name: 'rows that the filter takes came, behind others that it leaves out',
    read: ofFew,
    change: deleteOfA(),
    happen: async ({ append }) => {
      await append([rows('x', 0, 3)])
      await append([rows('y', 50, 59)])
    },
    reason: /x, which may be of those read/,
  },
  {
    name: 'under snapshot isolation rows came',
    read: ofSnapshot,
    change: deleteOfA(),
    happen: ({ append }) => append([rows('x')]),
  },
  {
    name: 'rows of another file that was read were deleted',
    read: serializable,
    change: deleteOfA(),
    happen: ({ foreign }) => foreign([deletesOf(b)]),
    reason: /others have deleted rows of .*b, which may be of those read/,
  },
  {
    name: 'rows of a file that the filter leaves out were deleted',
    read: ofFew,
    change: deleteOfA(),
    happen: ({ foreign }) => foreign([deletesOf(b)]),
  },
  {
    name: 'under snapshot isolation rows of another file were deleted',
    read: ofSnapshot,
    change: deleteOfA(),
    happen: ({ foreign }) => foreign([deletesOf(b)]),
  },
  {
    name: 'rows of the same file were deleted',
    read: ofSnapshot,
    change: deleteOfA(),
    happen: ({ foreign }) => foreign([deletesOf(a)]),
    reason: /other deletes touch .*a than those that were applied/,
  },
  {
    name: 'rows of a file that goes whole were deleted',
    read: ofSnapshot,
    change: { operation: 'overwrite', removed: [a] },
    happen: ({ foreign }) => foreign([deletesOf(a)]),
    reason: /other deletes touch .*a than those that were applied/,
  },
  {
    name: 'rows were deleted by value',
    read: ofFew,
    change: insert(),
    happen: ({ foreign }) => foreign([{ ...deletesOf(b), content: 'equality-deletes', equalityIds: [1] }]),
    reason: /others have deleted rows by value/,
  },
  {
    name: 'a file that was read went whole',
    read: serializable,
    change: deleteOfA(),
    happen: async ({ change, head }) =>
      change({ operation: 'delete', read: { snapshotId: await head() }, removed: [b] }),
    reason: /others have deleted rows in .*b, which may be of those read/,
  },
  {
    name: 'the file itself went',
    read: ofSnapshot,
    change: deleteOfA(),
    happen: async ({ change, head }) =>
      change({ operation: 'delete', read: { snapshotId: await head() }, removed: [a] }),
    reason: /a is not in the table any more/,
  },
  {
    name: 'the file itself was compacted',
    read: serializable,
    change: deleteOfA(),
    happen: ({ compact }) => compact([a.location], rows('compacted')),
    reason: /a is not in the table any more/,
  },
  {
    name: 'another file was compacted',
    read: serializable,
    change: deleteOfA(),
    happen: ({ compact }) => compact([b.location], rows('compacted', 10, 19)),
  },
  {
    name: 'the table was rolled back',
    read: ofSnapshot,
    change: insert(),
    happen: rollBack,
    reason: /does not stand on the snapshot \d+, which was read, any more/,
  },
  {
    name: 'another table has the name',
    change: insert(),
    happen: async ({ lake }) => {
      await lake.client.dropTable(ident)
      await createTable(lake, 't')
    },
    reason: /another table has the name since/,
  },
  {
    name: 'a column came and another is wider',
    read: serializable,
    change: insert(),
    happen: schemaChange(async ({ load }) => {
      const metadata = await load()
      const [id, city] = metadata.schemas[0]!.fields
      const fields = [{ ...id!, type: 'long' }, city!]
      const widened = { ...metadata, schemas: [{ ...metadata.schemas[0]!, fields }] }
      return prepareSchemaChange(widened, [{ name: 'since', type: 'date' }]).updates
    }),
  },
  {
    name: 'a column has another type',
    change: insert(),
    happen: schemaChange(async ({ load }) => {
      const [schema] = (await load()).schemas
      const fields = schema!.fields.map((field) => (field.name === 'id' ? { ...field, type: 'string' } : field))
      return [
        { action: 'add-schema', schema: { ...schema!, 'schema-id': 1, fields } },
        { action: 'set-current-schema', 'schema-id': -1 },
      ]
    }),
    reason: /the schema has changed since: id was int and is string/,
  },
  {
    name: 'a column is required now',
    change: insert(),
    happen: schemaChange(async ({ load }) => {
      const [schema] = (await load()).schemas
      const fields = schema!.fields.map((field) => ({ ...field, required: true }))
      return [
        { action: 'add-schema', schema: { ...schema!, 'schema-id': 1, fields } },
        { action: 'set-current-schema', 'schema-id': -1 },
      ]
    }),
    reason: /the schema has changed since: id is required now/,
  },
  {
    name: 'the partition spec of the rows is gone',
    change: insert(),
    happen: schemaChange(async () => [
      { action: 'add-spec', spec: { fields: [{ 'source-id': 1, name: 'id_b', transform: 'bucket[4]' }] } },
      { action: 'set-default-spec', 'spec-id': -1 },
      { action: 'remove-partition-specs', 'spec-ids': [0] },
    ]),
    reason: /the partition spec 0, which .*new was written under, is gone/,
  },
  {
    name: 'the table has version 3 since',
    read: ofSnapshot,
    change: deleteOfA(),
    happen: ({ commit }) => commit([{ action: 'upgrade-format-version', 'format-version': 3 }]),
    reason: /the table has format version 3 since/,
  },
]

for (const { name, read, change, happen, reason } of races)
  void test(`${name} meanwhile: the change ${reason === undefined ? 'lands on top' : 'is told so'}`, () =>
    withTable(async (setting) => {
      await setting.append([rows('first')])
      await setting.append([a, b])
      const own = read === undefined ? change : { ...change, read: read(await setting.head()) }
      const outcome = await setting.change(
        own,
        meanwhile(setting.lake.client, () => happen(setting)),
      )
      const files = [...(change.added ?? []), ...(change.deletes ?? [])].map(({ location }) => location)
      const landed = new Set(await setting.files())
      for (const file of files) assert.equal(landed.has(file), reason === undefined, file)
      if (reason === undefined) assert.equal(outcome.kind, 'committed')
      else mustBeStale(outcome, reason)
    }))

void test('rows that were read of a table without a snapshot are judged against all that came', () =>
  withTable(async (setting) => {
    const own = { ...insert(), read: { snapshotId: null } }
    mustBeStale(
      await setting.change(
        own,
        meanwhile(setting.lake.client, () => setting.append([a])),
      ),
      /others have added rows/,
    )
    await setting.append([b])
    const later = { ...own, read: { snapshotId: null, filter: few } }
    mustBeStale(await setting.change(later), /others have added rows in .*a,/)
  }))

void test('a change keeps the state of the deliveries in reach, whatever expires, unless it names one itself', () =>
  withTable(async ({ append, change, head, load, commit }) => {
    await append([a, b], 'weir/1.json')
    const delivered = await head()
    await change(insert())
    assert.equal(nearestSummary(await load())?.state, 'weir/1.json')
    await commit([{ action: 'remove-snapshots', 'snapshot-ids': [delivered!] }])
    assert.equal(nearestSummary(await load())?.state, 'weir/1.json')
    const named = { 'weir.state': 'weir/2.json' }
    await change({ operation: 'append', snapshotProperties: named, tableProperties: named })
    const { summary } = currentSnapshot(await load())!
    assert.deepEqual([summary!['weir.state'], summary!['engine-name']], ['weir/2.json', undefined])
    assert.equal((await load()).properties?.['weir.state'], 'weir/2.json')
  }))

void test('a single attempt states what it starts from, and leaves the rest to who sends it', () =>
  withTable(async ({ append, head, load, lake, files }) => {
    await append([a, b])
    const metadata = await load()
    const change = {
      ...deleteOfA(),
      tableUuid: metadata['table-uuid'],
      schemaId: 0,
      read: { snapshotId: await head() },
    }
    const context = { store: lake.store, reader: manifestReader(lake.store) }
    const prepared = await prepareRowChange(change, metadata, context)
    assert.ok(!('kind' in prepared))
    await append([rows('x')])
    assert.equal((await lake.client.commitTable(ident, prepared)).outcome, 'conflict')
    mustBeStale(
      (await prepareRowChange(change, await load(), context)) as RowChangesOutcome,
      /x, which may be of those/,
    )
    assert.equal((await files()).length, 3)
  }))

void test('changes of several tables land together or not at all', () =>
  withTable(async (setting) => {
    const { lake } = setting
    await createTable(lake, 'u')
    const other = settingOf(lake, { namespace: ['public'], name: 'u' })
    await setting.append([a])
    const both = async (client: CatalogClient, name: string) => {
      const [tableUuid, otherUuid] = [(await setting.load())['table-uuid'], (await other.load())['table-uuid']]
      const read = { snapshotId: await setting.head() }
      const added = [rows(name)]
      return commitRowChanges(
        [
          { ident, change: { tableUuid, schemaId: 0, operation: 'delete', read, deletes: [deletesOf(a)] } },
          {
            ident: { namespace: ['public'], name: 'u' },
            change: { tableUuid: otherUuid, schemaId: 0, operation: 'append', added },
          },
        ],
        { client, store: lake.store, reader: manifestReader(lake.store) },
      )
    }
    const landed = await both(lake.client, 'one')
    assert.ok(landed.kind === 'committed')
    assert.deepEqual(landed.snapshotIds, [await setting.head(), await other.head()])
    const before = await setting.head()
    let sent = 0
    const raced = (happen: () => Promise<unknown>): CatalogClient => ({
      ...lake.client,
      async commitTables(changes) {
        if (sent++ === 0) await happen()
        return lake.client.commitTables(changes)
      },
    })
    const outcome = await both(
      raced(() => setting.foreign([deletesOf(a)])),
      'two',
    )
    mustBeStale(outcome, /^public\.t: other deletes touch/)
    assert.deepEqual([sent, (await other.files()).length], [1, 1])
    assert.notEqual(await setting.head(), before)
    sent = 0
    const again = await both(
      raced(() => other.append([b])),
      'three',
    )
    assert.deepEqual([again.kind, sent, (await other.files()).length], ['committed', 2, 3])
  }))
