import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Snapshot, SnapshotRef, TableMetadata } from '../metadata/table-metadata.ts'
import { snapshotsToExpire } from './retention.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const now = Date.UTC(2030, 0, 31)

/** Snapshot `id` of `age`, a child of `parent`; `state` when its summary names one. */
function snapshot(id: number, ageMs: number, parent?: number, state?: string): Snapshot {
  return {
    'snapshot-id': id,
    ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
    'timestamp-ms': now - ageMs,
    'manifest-list': `${id}.avro`,
    ...(state === undefined ? {} : { summary: { 'weir.state': state } }),
  }
}

function kept(
  snapshots: readonly Snapshot[],
  refs: Readonly<Record<string, SnapshotRef>>,
  properties: Readonly<Record<string, string>> = {},
): readonly number[] {
  const metadata = { snapshots, refs, properties } as Partial<TableMetadata> as TableMetadata
  const gone = new Set(snapshotsToExpire(metadata, now).map((one) => one['snapshot-id']))
  return snapshots.map((one) => Number(one['snapshot-id'])).filter((id) => !gone.has(id))
}

const branch = (id: number, more: Partial<SnapshotRef> = {}): SnapshotRef => ({
  'snapshot-id': id,
  type: 'branch',
  ...more,
})

/** A line of snapshots, one every `stepMs`, the newest last and just made. */
function line(count: number, stepMs: number, firstId = 1, parent?: number): readonly Snapshot[] {
  return Array.from({ length: count }, (_, at) =>
    snapshot(firstId + at, (count - 1 - at) * stepMs, at === 0 ? parent : firstId + at - 1),
  )
}

void test('every snapshot of the last hour stays, then the last of each hour for five days, and the newest ten at least', () => {
  const ages = kept(line(7 * 24 * 60, minuteMs), { main: branch(7 * 24 * 60) }).map((id) => 7 * 24 * 60 - id)
  const [recent, older] = [ages.filter((age) => age <= 60), ages.filter((age) => age > 60)]
  assert.equal(recent.length, 61)
  assert.ok(older.length >= 117 && older.length <= 120, `${older.length} hours`)
  assert.ok(Math.max(...older) > 118 * 60 && Math.max(...older) <= 120 * 60)
  // The last of its hour: the clock stands at 59 minutes.
  assert.ok(
    older.every((age) => age % 60 === 1),
    'the last commit of an hour is the one that stays',
  )
  assert.deepEqual(kept(line(30, 10 * 24 * hourMs), { main: branch(30) }).length, 10)
})

void test('INV-M8: what was current within the last hour stays, however old it is and however much came since', () => {
  const old = 30 * 24 * hourMs
  const burst = Array.from({ length: 20 }, (_, at) => snapshot(3 + at, 20 * minuteMs, 2 + at))
  const snapshots = [snapshot(1, old), snapshot(2, old, 1), ...burst]
  assert.deepEqual(kept(snapshots, { main: branch(22) }), [2, ...burst.map((one) => one['snapshot-id'])])
  const brief = { 'weir.history.every-ms': String(10 * minuteMs) }
  assert.ok(!kept(snapshots, { main: branch(22) }, brief).includes(2))
})

void test('what a tag or another branch names stays; a branch keeps by its own rules', () => {
  const old = 30 * 24 * hourMs
  const main = [snapshot(1, old), snapshot(2, old, 1), snapshot(3, 0, 2)]
  const side = [snapshot(11, old, 1), snapshot(12, old, 11), snapshot(13, old, 12)]
  const one = { 'history.expire.min-snapshots-to-keep': '1', 'weir.history.every-ms': '0' }
  assert.deepEqual(kept([...main, ...side], { main: branch(3) }, one), [3])
  assert.deepEqual(kept([...main, ...side], { main: branch(3), audit: { 'snapshot-id': 2, type: 'tag' } }, one), [2, 3])
  assert.deepEqual(kept([...main, ...side], { main: branch(3), side: branch(13) }, one), [3, 13])
  const two = branch(13, { 'min-snapshots-to-keep': 2 })
  assert.deepEqual(kept([...main, ...side], { main: branch(3), side: two }, one), [3, 12, 13])
  const years = branch(13, { 'max-snapshot-age-ms': 400 * 24 * hourMs })
  assert.deepEqual(kept([...main, ...side], { main: branch(3), side: years }, one), [1, 3, 11, 12, 13])
})

void test('the snapshot that leads to the state of the deliveries stays, however old (delivery rule 4)', () => {
  const old = 30 * 24 * hourMs
  const one = { 'history.expire.min-snapshots-to-keep': '1', 'weir.history.every-ms': '0' }
  const snapshots = [snapshot(1, old, undefined, 'a'), snapshot(2, old, 1, 'b'), snapshot(3, old, 2), snapshot(4, 0, 3)]
  assert.deepEqual(kept(snapshots, { main: branch(4) }, one), [2, 4])
})

void test('a snapshot that no branch leads to may be staged by another engine: it has its age', () => {
  const one = { 'history.expire.min-snapshots-to-keep': '1', 'weir.history.every-ms': '0' }
  const snapshots = [snapshot(1, 0), snapshot(8, hourMs), snapshot(9, 6 * 24 * hourMs)]
  assert.deepEqual(kept(snapshots, { main: branch(1) }, one), [1, 8])
})

void test('settings that are no numbers are the defaults', () => {
  const wrong = { 'history.expire.min-snapshots-to-keep': 'many', 'history.expire.max-snapshot-age-ms': '-1' }
  assert.equal(kept(line(30, 10 * 24 * hourMs), { main: branch(30) }, wrong).length, 10)
})
