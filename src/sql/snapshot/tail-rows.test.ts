import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryState } from '../../record/delivery-state.ts'
import type { TailPartition, TailReport } from '../engine-host.ts'
import { planTail } from './tail-rows.ts'

const source = '0f4c1a52-0000-4000-8000-000000000001'
const report = (...partitions: TailPartition[]): TailReport => ({
  delivery: 'd',
  table: 'public.t',
  source,
  epoch: 1,
  schemaId: 0,
  partitions,
  segments: [
    { path: '/a', rows: 10 },
    { path: '/empty', rows: 0 },
  ],
})
const part = (partition: number, base: number, end: number, ready = true): TailPartition => ({
  partition,
  base: String(base),
  end: String(end),
  ready,
})
const state = (...next: readonly [number, number][]) =>
  ({ entries: next.map(([partition, at]) => ({ source, partition, next: String(at) })) }) as unknown as DeliveryState

const all = [{ segments: ['/a'], condition: undefined }]

void test('a tail that begins where the snapshot ends is read whole, without a condition', () => {
  assert.deepEqual(planTail([report(part(0, 5, 9), part(1, 7, 7))], state([0, 5], [1, 7]), 0), all)
  assert.deepEqual(planTail([report(part(0, 0, 9))], undefined, 0), all)
})

void test('INV-S1: rows that the snapshot holds or whose owner is behind are left out', () => {
  const conditionOf = (tail: TailReport, held: DeliveryState) => {
    const planned = planTail([tail], held, 0)
    assert.notEqual(planned, 'stale')
    return planned[0] === undefined ? undefined : String((planned[0] as { condition?: string }).condition)
  }
  const held = conditionOf(report(part(0, 5, 9), part(1, 7, 9)), state([0, 8], [1, 7]))
  assert.match(held!, /_source_partition = 0 AND _offset >= 8\).*_source_partition = 1 AND _offset >= 7\)/)
  const behind = conditionOf(report(part(0, 5, 9), part(1, 7, 9, false)), state([0, 5], [1, 7]))
  assert.match(behind!, /^_source = '[-0-9a-f]+' AND \(\(_source_partition = 0 AND _offset >= 5\)\)$/)
  assert.equal(conditionOf(report(part(0, 5, 9)), state([0, 9])), undefined)
  // All of partition 1 is in the snapshot, though its rows still lie in the segments.
  assert.doesNotMatch(
    conditionOf(report(part(0, 5, 9), part(1, 7, 9)), state([0, 5], [1, 9]))!,
    /partition = 1|undefined/,
  )
})

void test('INV-T1: a gap is never planned', () => {
  assert.equal(planTail([report(part(0, 6, 9))], state([0, 5]), 0), 'stale')
})
