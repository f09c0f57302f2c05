import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TailReport } from '../../sql/engine-host.ts'
import { gatherTails, type TailSource } from './gather-tails.ts'

const report = (ready: boolean, end: string): TailReport => ({
  delivery: 'd',
  table: 'public.t',
  source: 's',
  epoch: 1,
  schemaId: 0,
  partitions: [{ partition: 0, base: '0', end, ready }],
  segments: [],
})
const source = (tails: () => Promise<TailReport>, table = 'public.t'): TailSource => ({ delivery: 'd', table, tails })
const wanted = new Map(['public.t', 'public.u'].map((name) => [name, 'file:///metadata.json']))

void test('a worker that is not ready is waited for, and all are asked again with it', async () => {
  let asked = 0
  const slow = source(() => Promise.resolve(report(++asked >= 3, String(asked))))
  let other = 0
  const quick = source(() => Promise.resolve(report(true, String(++other))), 'public.u')
  const found = await gatherTails([slow, quick], wanted, 10_000)
  assert.deepEqual(found.get('public.t')!.notices, [])
  assert.equal(found.get('public.u')!.tails[0]!.partitions[0]!.end, '3')
})

void test('a worker that stays away is told in a notice', async () => {
  const dead = source(() => Promise.reject(new Error('it ended')))
  const found = await gatherTails([dead], wanted, 0)
  assert.deepEqual(found.get('public.t')!.tails, [])
  assert.match(found.get('public.t')!.notices[0]!, /public\.t .*missing: delivery d is not ready \(it ended\)/)
})

void test('a delivery that halted does not hold queries up', async () => {
  const halted = { ...report(false, '1'), halted: { code: 'WEIR-5001', reason: 'rolled back' } }
  const found = await gatherTails([source(() => Promise.resolve(halted))], wanted, 60_000)
  assert.match(found.get('public.t')!.notices[0]!, /has stopped \(WEIR-5001\): rolled back/)
})

void test('tables that were not asked for are not waited for', async () => {
  const never = source(() => new Promise(() => undefined), 'public.other')
  assert.equal((await gatherTails([never], wanted, 0)).size, 0)
})

void test('rule 13: of a partition that changes hands meanwhile the tail of the later epoch is taken, once', async () => {
  const partitions = (...numbers: number[]) =>
    numbers.map((partition) => ({ partition, base: '0', end: '5', ready: true }))
  const before = { ...report(true, '5'), epoch: 7, partitions: partitions(0, 1, 2) }
  const after = { ...report(true, '5'), epoch: 9, partitions: partitions(2, 3) }
  const found = await gatherTails(
    [before, after].map((told) => source(() => Promise.resolve(told))),
    wanted,
  )
  const shown = found
    .get('public.t')!
    .tails.map((tail) => tail.partitions.filter(({ ready }) => ready).map(({ partition }) => partition))
  assert.deepEqual(shown, [
    [0, 1],
    [2, 3],
  ])
})
