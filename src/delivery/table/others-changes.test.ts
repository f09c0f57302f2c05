import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TableMetadata } from '../../lake/metadata/table-metadata.ts'
import { othersChanges } from './others-changes.ts'

type Summary = Readonly<Record<string, string>>

/** A line of snapshots, the oldest first. */
function tableOf(summaries: readonly Summary[], firstParent: number | null = null): TableMetadata {
  const snapshots = summaries.map((summary, at) => ({
    'snapshot-id': at + 1,
    'parent-snapshot-id': at === 0 ? firstParent : at,
    'timestamp-ms': at,
    'manifest-list': '',
    summary: { 'total-records': '100', ...summary },
  }))
  return { snapshots, 'current-snapshot-id': summaries.length } as unknown as TableMetadata
}

const delivery = (state: string): Summary => ({ operation: 'append', 'weir.state': state, 'added-records': '10' })
const sql = (state: string, counts: Summary): Summary => ({
  ...{ operation: 'overwrite', 'engine-name': 'weir', 'weir.state': state },
  ...counts,
})
const figures = ({ isWhole, added, removed, removedMax }: ReturnType<typeof othersChanges>['since']) =>
  [isWhole, Number(added), Number(removed), Number(removedMax)] as const

void test('a commit that carries on the state of its parent is of others, whoever wrote it', () => {
  const carried = [
    delivery('1'),
    sql('1', { 'added-records': '2' }),
    { operation: 'append', 'weir.state': '1', 'added-records': '3' },
  ]
  const { since, ever } = othersChanges(tableOf(carried))
  assert.deepEqual(
    [figures(since), figures(ever)],
    [
      [true, 5, 0, 0],
      [true, 5, 0, 0],
    ],
  )
  const later = othersChanges(tableOf([...carried, delivery('2')]))
  assert.deepEqual(
    [figures(later.since), figures(later.ever)],
    [
      [true, 0, 0, 0],
      [true, 5, 0, 0],
    ],
  )
})

void test('compaction and fences change nothing', () => {
  const replaced = { operation: 'replace', 'weir.state': '1', 'added-records': '9', 'deleted-records': '10' }
  const fence = { operation: 'append', 'weir.state': '1' }
  assert.deepEqual(figures(othersChanges(tableOf([delivery('1'), replaced, fence])).since), [true, 0, 0, 0])
})

void test('a vector that takes the place of another removes what it has more; of other engines that is no bound', () => {
  const vector = { 'added-position-deletes': '6', 'removed-position-deletes': '5' }
  assert.deepEqual(figures(othersChanges(tableOf([delivery('1'), sql('1', vector)])).since), [true, 0, 1, 1])
  const spark = { operation: 'overwrite', 'engine-name': 'spark', ...vector }
  assert.deepEqual(figures(othersChanges(tableOf([delivery('1'), spark])).since), [true, 0, 1, 6])
})

void test('deletes by value, snapshots that count nothing and expired ones leave it open', () => {
  const byValue = { operation: 'delete', 'added-equality-deletes': '1' }
  assert.equal(othersChanges(tableOf([delivery('1'), byValue])).since.isWhole, false)
  const expired = othersChanges(tableOf([sql('1', {}), sql('1', { 'added-records': '1' })], 77))
  assert.deepEqual([expired.since.isWhole, expired.ever.isWhole], [false, false])
  const told = othersChanges(tableOf([sql('1', {}), delivery('2')], 77))
  assert.deepEqual([told.since.isWhole, told.ever.isWhole], [true, false])
})
