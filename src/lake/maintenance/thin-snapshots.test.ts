import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot, SnapshotRef, TableMetadata } from '../metadata/table-metadata.ts'
import { snapshotsToExpire } from './retention.ts'
import { snapshotsToThin } from './thin-snapshots.ts'

const secondMs = 1000
const hourMs = 3_600_000
const start = Date.UTC(2030, 0, 31)

interface Table {
  readonly metadata: TableMetadata
  readonly now: number
}

/** A table of `count` commits, one each `stepMs`, with what is thinned and expired as it would be: the catalog looks at each commit, expiry each hour. */
function committed(
  count: number,
  stepMs: number,
  { properties = {}, refs = {}, state }: Partial<Pick<TableMetadata, 'properties' | 'refs'>> & { state?: number } = {},
): Table & { readonly most: number } {
  let snapshots: readonly Snapshot[] = []
  let log: NonNullable<TableMetadata['snapshot-log']> = []
  let now = start
  let most = 0
  const metadataOf = (id: number) =>
    ({
      snapshots,
      'snapshot-log': log,
      refs: { main: { 'snapshot-id': id, type: 'branch' }, ...refs },
      properties,
    }) as Partial<TableMetadata> as TableMetadata
  const without = (gone: readonly Snapshot[]): void => {
    if (gone.length === 0) return
    const ids = new Set(gone.map((one) => one['snapshot-id']))
    snapshots = snapshots.filter((one) => !ids.has(one['snapshot-id']))
    log = log.filter((one) => !ids.has(one['snapshot-id']))
  }
  for (let id = 1; id <= count; id++) {
    now += stepMs
    const snapshot: Snapshot = {
      'snapshot-id': id,
      ...(id === 1 ? {} : { 'parent-snapshot-id': id - 1 }),
      'timestamp-ms': now,
      'manifest-list': `${id}.avro`,
      ...(id === state ? { summary: { 'weir.state': 'weir/1.json' } } : {}),
    }
    snapshots = [...snapshots, snapshot]
    log = [...log, { 'snapshot-id': id, 'timestamp-ms': now }]
    without(snapshotsToThin(metadataOf(id), now))
    if (Math.floor(now / hourMs) !== Math.floor((now - stepMs) / hourMs))
      without(snapshotsToExpire(metadataOf(id), now))
    most = Math.max(most, snapshots.length)
  }
  return { metadata: metadataOf(count), now, most }
}

function agesOf({ metadata, now }: Table): readonly number[] {
  return metadata.snapshots!.map((snapshot) => now - snapshot['timestamp-ms'])
}

const few = { 'weir.history.every-max': '100' }

void test('INV-M14: of many commits a second the newest stay one by one, and of the hour before the last of each ten seconds', () => {
  const table = committed(36_000, 100, { properties: few })
  assert.ok(table.most <= 100 + 10 + 361, `${table.most} snapshots at most`)
  const ages = agesOf(table)
  assert.ok(ages.filter((age) => age < 10 * secondMs).length >= 100, 'the newest hundred')
  const older = ages.filter((age) => age > 12 * secondMs)
  assert.equal(new Set(older.map((age) => Math.floor((table.now - age) / (10 * secondMs)))).size, older.length)
  assert.ok(older.length >= 355, `${older.length} of the hour`)
  assert.ok(Math.max(...older) > 3580 * secondMs)
})

void test('INV-M14: however long it goes on, its metadata have an upper end, and each hour of five days its last', () => {
  const table = committed(8 * 3600, secondMs, { properties: few })
  assert.ok(table.most <= 100 + 10 + 2 * 361 + 8, `${table.most} snapshots at most`)
  const hours = agesOf(table).filter((age) => age > 2 * hourMs)
  assert.ok(hours.length >= 5 && hours.length <= 6, `${hours.length} of hours before`)
})

void test('INV-M8: of a table with no more commits an hour than stay one by one none goes within the hour', () => {
  assert.equal(committed(500, 7200).metadata.snapshots!.length, 500)
  assert.equal(committed(2000, 1000, { properties: { 'weir.history.every-spacing-ms': '0' } }).most, 2000)
})

void test('what a tag or statistics name, and what a branch stands on, stays', () => {
  const refs: Record<string, SnapshotRef> = {
    audit: { 'snapshot-id': 77, type: 'tag' },
    side: { 'snapshot-id': 55, type: 'branch' },
  }
  const { metadata } = committed(2000, 100, { properties: few, refs })
  const ids = new Set(metadata.snapshots!.map((one) => one['snapshot-id']))
  for (const id of [77, ...Array.from({ length: 55 }, (_, at) => at + 1)]) assert.ok(ids.has(id), `${id}`)
  assert.ok(!ids.has(78) && !ids.has(56))
  const statistics = [{ 'snapshot-id': 60, 'statistics-path': 'x' }]
  const line = Array.from({ length: 400 }, (_, at): Snapshot => ({
    'snapshot-id': at + 1,
    'parent-snapshot-id': at === 0 ? null : at,
    'timestamp-ms': start + at,
    'manifest-list': 'x',
  }))
  const other = { snapshots: line, statistics, properties: few, refs: { main: { 'snapshot-id': 400, type: 'branch' } } }
  const gone = snapshotsToThin(other as Partial<TableMetadata> as TableMetadata, start + 400)
  assert.deepEqual(
    line.map((one) => one['snapshot-id']).filter((id) => !gone.some((one) => one['snapshot-id'] === id)),
    [60, ...Array.from({ length: 100 }, (_, at) => 301 + at)],
  )
})

void test('delivery rule 4: the chain to the state of the deliveries is not cut', () => {
  const { metadata } = committed(2000, 100, { properties: few, state: 500 })
  const ids = new Set(metadata.snapshots!.map((one) => one['snapshot-id']))
  for (let id = 500; id <= 2000; id++) assert.ok(ids.has(id), `${id}`)
  assert.ok(ids.size < 1500 + 30)
})
