import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { commitFile, committedTable, createCommittedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { fetchFrom, openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import type { CatalogClient, LoadedTable } from '../client/catalog-client.ts'
import { connectCatalog } from '../client/connect-catalog.ts'
import { expireSnapshots } from '../maintenance/expire-snapshots.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { snapshotOf } from '../metadata/read.ts'
import { prepareSchemaEvolution } from '../metadata/prepare-schema-change.ts'
import { createRef, dropRef, planRollback, rollBack } from './change-refs.ts'
import { findSnapshot } from './find-snapshot.ts'
import { momentOfText } from './moment-text.ts'
import { snapshotDiff } from './snapshot-diff.ts'
import { describeTable } from '../inspection/describe-table.ts'
import { tableHistory, tableRefs } from './table-history.ts'

const day = 86_400_000
const start = Date.UTC(2026, 0, 1)
/** The catalog's clock. */
let now = start
let lake: LocalLake
let table: LoadedTable
/** One row each, a day apart. */
let ids: readonly string[]

beforeEach(async () => {
  now = start
  lake = await openLocalLake({ files: unsynced, now: () => now })
  table = await createCommittedTable(lake)
  const made: string[] = []
  for (const at of [1, 2, 3]) {
    now = start + at * day
    table = await commitFile(lake, table, { at, now })
    made.push(String(table.metadata['current-snapshot-id']))
  }
  ids = made
})
afterEach(() => lake[Symbol.asyncDispose]())

const load = async () => (await lake.client.loadTable(committedTable)).metadata
const named = { namespace: 'public', name: 't' }
const by = (text: string) => momentOfText(text)

void test('history is newest first, with counts, places, branches and tags', async () => {
  await createRef(lake.client, committedTable, { name: 'v1', type: 'tag', at: by(ids[0]!) })
  await rollBack(lake.client, committedTable, { to: by('2026-01-03T12:00Z'), expected: ids[2]! })
  const history = tableHistory(await load())
  assert.deepEqual(
    history.map(({ id, parent, place, refs, rowsAdded, filesAdded, rows, operation, by: writer }) => [
      id,
      parent,
      place,
      refs.join(),
      rowsAdded,
      filesAdded,
      rows,
      operation,
      writer,
    ]),
    [
      [ids[2], ids[1], 'beside', '', 1, 1, 3, 'append', 'delivery'],
      [ids[1], ids[0], 'current', 'main', 1, 1, 2, 'append', 'delivery'],
      [ids[0], null, 'before', 'v1', 1, 1, 1, 'append', 'delivery'],
    ],
  )
})

void test('the log tells what was current, a rollback included', async () => {
  now = start + 4 * day
  await rollBack(lake.client, committedTable, { to: by(ids[0]!), expected: ids[2]! })
  const metadata = await load()
  const at = (text: string) => String(findSnapshot(metadata, by(text), 't').snapshot['snapshot-id'])
  assert.equal(at('2026-01-02'), ids[0])
  assert.equal(at('2026-01-03 23:59'), ids[1])
  assert.equal(at('2026-01-04T23:59:59.999Z'), ids[2])
  assert.equal(at('2026-01-05T00:00Z'), ids[0])
  assert.equal(at('2026-01-05T00:00+02:00'), ids[2])
})

void test('a diff adds up what lies between, both ways, and names columns by their ids', async () => {
  await lake.client.commitTable(
    committedTable,
    prepareSchemaEvolution(await load(), [
      { change: 'rename', column: ['id'], name: 'number' },
      { change: 'add', column: { name: 'note', type: 'string' } },
    ]),
  )
  now = start + 4 * day
  table = await commitFile(lake, await lake.client.loadTable(committedTable), { at: 4, now })
  const last = String(table.metadata['current-snapshot-id'])
  const metadata = await load()
  const diff = (from: string, to: string) => snapshotDiff(metadata, named, { from: by(from), to: by(to) })
  const forth = diff(ids[0]!, last)
  assert.deepEqual([forth.changes?.rowsAdded, forth.changes?.rowsRemoved, forth.changes?.filesAdded], [3, 0, 3])
  assert.deepEqual(forth.operations, { append: 3 })
  assert.deepEqual(
    forth.columns.map(({ change, column, before, after }) => [change, column, before, after]),
    [
      ['renamed', 'number', 'id', 'number'],
      ['added', 'note', null, 'string'],
    ],
  )
  assert.match(
    forth.sql,
    /select "number" from "public"\."t" at \(version => \d+\) except all select "id" as "number" from/,
  )
  const back = diff(last, ids[0]!)
  assert.deepEqual([back.changes?.rowsAdded, back.changes?.rowsRemoved], [0, 3])
  assert.deepEqual(diff('main', last).changes?.rowsAdded, 0)
})

void test('a diff over snapshots that have expired says that it cannot be counted', async () => {
  await lake.client.commitTable(committedTable, {
    requirements: [],
    updates: [{ action: 'remove-snapshots', 'snapshot-ids': [Number(ids[1])] }],
  })
  const { changes, from, to } = snapshotDiff(await load(), named, { from: by(ids[0]!), to: by('main') })
  assert.deepEqual([changes, from.rows, to.rows], [null, 1, 3])
})

void test('a rollback is planned, done on what was decided on, and undone the same way', async () => {
  const { undone } = planRollback(await load(), committedTable, by(ids[0]!))
  assert.deepEqual(
    undone.map((one) => String(one['snapshot-id'])),
    [ids[2], ids[1]],
  )
  await assert.rejects(rollBack(lake.client, committedTable, { to: by(ids[0]!), expected: ids[1]! }), {
    code: 'WEIR-4004',
  })
  await rollBack(lake.client, committedTable, { to: by(ids[0]!), expected: ids[2]! })
  const back = await load()
  assert.equal(String(back['current-snapshot-id']), ids[0])
  assert.equal(back.snapshots?.length, 3, 'snapshots stay')
  await rollBack(lake.client, committedTable, { to: by(ids[2]!), expected: ids[0]! })
  assert.equal(String((await load())['current-snapshot-id']), ids[2])
})

void test('a snapshot that was never the current one is no place to go back to', async () => {
  await createRef(lake.client, committedTable, { name: 'audit', type: 'branch', at: by(ids[0]!) })
  const staged = {
    ...snapshotOf(await load(), Number(ids[0]))!,
    'snapshot-id': 77,
    'parent-snapshot-id': Number(ids[0]),
    'sequence-number': 9,
  }
  await lake.client.commitTable(committedTable, {
    requirements: [],
    updates: [
      { action: 'add-snapshot', snapshot: staged },
      { action: 'set-snapshot-ref', 'ref-name': 'audit', 'snapshot-id': 77, type: 'branch' },
    ],
  })
  await assert.rejects(
    rollBack(lake.client, committedTable, { to: by('audit'), expected: ids[2]! }),
    /was never at snapshot 77/,
  )
})

void test('branches and tags: a taken name, a missing one, main, and the wrong kind are refused', async () => {
  await createRef(lake.client, committedTable, { name: 'v1', type: 'tag', at: by(ids[0]!), maxAgeMs: day })
  const refuse = (work: Promise<unknown>, code: string) => assert.rejects(work, { code })
  await refuse(createRef(lake.client, committedTable, { name: 'v1', type: 'tag' }), 'WEIR-4003')
  await refuse(createRef(lake.client, committedTable, { name: 'main', type: 'branch' }), 'WEIR-4003')
  await refuse(createRef(lake.client, committedTable, { name: '123', type: 'tag' }), 'WEIR-4006')
  await refuse(createRef(lake.client, committedTable, { name: 'v2', type: 'tag', at: by('nowhere') }), 'WEIR-4010')
  await refuse(dropRef(lake.client, committedTable, { name: 'main', type: 'branch' }), 'WEIR-4006')
  await refuse(dropRef(lake.client, committedTable, { name: 'v1', type: 'branch' }), 'WEIR-4010')
  await refuse(dropRef(lake.client, committedTable, { name: 'v9', type: 'tag' }), 'WEIR-4010')
  assert.deepEqual(
    tableRefs(await load()).map(({ name, type, snapshot, maxAgeMs }) => [name, type, snapshot, maxAgeMs]),
    [
      ['main', 'branch', ids[2], null],
      ['v1', 'tag', ids[0], day],
    ],
  )
  await dropRef(lake.client, committedTable, { name: 'v1', type: 'tag' })
  assert.deepEqual(
    tableRefs(await load()).map(({ name }) => name),
    ['main'],
  )
})

void test('what is sent and gets no answer happens once', async () => {
  const client: Pick<CatalogClient, 'loadTable' | 'commitTable'> = {
    loadTable: (ident) => lake.client.loadTable(ident),
    async commitTable(ident, commit) {
      await lake.client.commitTable(ident, commit)
      return { outcome: 'unknown', cause: 'cut' }
    },
  }
  await createRef(client, committedTable, { name: 'v1', type: 'tag' })
  await rollBack(client, committedTable, { to: by(ids[0]!), expected: ids[2]! })
  await dropRef(client, committedTable, { name: 'v1', type: 'tag' })
  const metadata = await load()
  assert.equal(String(metadata['current-snapshot-id']), ids[0])
  assert.deepEqual(Object.keys(metadata.refs!), ['main'])
  assert.equal(metadata['snapshot-log']!.length, 4)
})

void test('a tag keeps its snapshot from expiring until its age is over, and one without an age for ever', async () => {
  await createRef(lake.client, committedTable, { name: 'short', type: 'tag', at: by(ids[0]!), maxAgeMs: 30 * day })
  await createRef(lake.client, committedTable, { name: 'long', type: 'tag', at: by(ids[1]!) })
  await lake.client.commitTable(committedTable, {
    requirements: [],
    updates: [{ action: 'set-properties', updates: { 'history.expire.min-snapshots-to-keep': '1' } }],
  })
  const context = { client: lake.client, store: lake.store, reader: manifestReader(lake.store), now: () => now }
  const left = async () => {
    await expireSnapshots(committedTable, context)
    const { refs, snapshots } = await load()
    return [Object.keys(refs!).toSorted(), snapshots!.length]
  }
  now = start + 20 * day
  assert.deepEqual(await left(), [['long', 'main', 'short'], 3])
  now = start + 60 * day
  assert.deepEqual(await left(), [['long', 'main'], 2])
})

void test('who wrote a snapshot is told from its summary', () => {
  const summaries: readonly Readonly<Record<string, string>>[] = [
    { 'weir.state': 's', operation: 'append' },
    { 'weir.state': 's', operation: 'replace' },
    { 'engine-name': 'weir', operation: 'overwrite' },
    { 'engine-name': 'spark', 'engine-version': '4.1.4' },
    { trino_query_id: 'q' },
    {},
  ]
  const snapshots = summaries.map((summary, at) => ({
    'snapshot-id': at,
    'timestamp-ms': -at,
    'manifest-list': '',
    summary,
  }))
  assert.deepEqual(
    tableHistory({ ...table.metadata, snapshots }).map((entry) => entry.by),
    ['delivery', 'compaction', 'SQL', 'spark 4.1.4', 'trino', null],
  )
})

void test('rows of a snapshot are those of its files less those that deletes name; null where nobody counted', () => {
  const summaries: readonly Readonly<Record<string, string>>[] = [
    { 'total-records': '9' },
    { 'total-records': '4025', 'total-position-deletes': '1', 'total-equality-deletes': '0' },
    { 'total-records': '9', 'total-equality-deletes': '2' },
    {},
  ]
  const snapshots = summaries.map((summary, at) => ({
    'snapshot-id': at,
    'timestamp-ms': -at,
    'manifest-list': '',
    summary,
  }))
  const rows = [9, 4024, null, null]
  assert.deepEqual(
    tableHistory({ ...table.metadata, snapshots }).map((entry) => entry.rows),
    rows,
  )
  const described = snapshots.map((snapshot) => {
    const metadata = { ...table.metadata, snapshots: [snapshot], 'current-snapshot-id': snapshot['snapshot-id'] }
    return describeTable({ ident: committedTable, metadata, metadataLocation: '' }, { namespace: 'public', name: 't' })
  })
  assert.deepEqual(
    described.map((one) => [one.rows, one.records]),
    [
      [9, 9],
      [4024, 4025],
      [null, 9],
      [null, null],
    ],
  )
})

void test('a change of tags that finds no room on the disk says so, after one attempt, and not that others changed the table', async () => {
  const no = 'no room on the disk for 00004.metadata.json. Free space'
  let attempts = 0
  const answers = (status: number) => async () => {
    attempts++
    return new Response(
      JSON.stringify({ error: { message: `${no} (WEIR-8001)`, type: 'ServiceUnavailableException', code: status } }),
      { status },
    )
  }
  const real = fetchFrom(lake.catalog)
  const client = connectCatalog({
    uri: 'http://catalog',
    fetch: (url, init) => (init.method === 'POST' ? answers(503)() : real(url, init)),
  })
  await assert.rejects(createRef(client, committedTable, { name: 'v1', type: 'tag', at: by(ids[0]!) }), {
    code: 'WEIR-8001',
    message: `public.t: ${no}`,
  })
  assert.equal(attempts, 1)
})
