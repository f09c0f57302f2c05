import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClientQuotas } from './client-quotas.ts'
import type { Quota } from './quota.ts'
import { createQuotaTable } from './quota-table.ts'
import { createWindowedRate } from './windowed-rate.ts'

const ada = { user: 'ada', clientId: 'app' }

function quotas(list: readonly Quota[]) {
  let now = 1_000_000
  const all = createClientQuotas(() => now)
  all.setQuotas(list)
  return { all, pass: (ms: number) => (now += ms) }
}

const producer = (perSecond: number, entity: Quota['entity'] = { user: 'ada' }): Quota => ({
  entity,
  limits: { producer_byte_rate: perSecond },
})

void test("a rate is taken over ten whole windows and the part of the last one, as Kafka's", () => {
  const rate = createWindowedRate()
  rate.record(10_000, 0)
  // The first second alone would be 10,000 a second.
  assert.equal(rate.perSecond(0), 1000)
  assert.equal(rate.perSecond(500), 10_000 / 10.5)
  rate.record(10_000, 9500)
  assert.equal(rate.perSecond(9999), 20_000 / 10.999)
  // A window that ends in the span counts as a whole.
  assert.equal(rate.perSecond(10_999), 20_000 / 10.999)
  assert.equal(rate.perSecond(11_000), 10_000 / 10.5)
})

void test('who is over waits until its rate is back: O * W / (W + X) = T', () => {
  const { all, pass } = quotas([producer(1000)])
  assert.equal(all.charge('producer_byte_rate', ada, 10_000), 0)
  // 20,000 in 10 s is twice the limit: as long again.
  assert.equal(all.charge('producer_byte_rate', ada, 10_000), 10_000)
  // A burst in one window counts until that window is out of the span.
  pass(11_000)
  assert.equal(all.charge('producer_byte_rate', ada, 0), 0)
  assert.equal(all.charge('producer_byte_rate', { user: 'bob', clientId: 'app' }, 1e9), 0)
})

void test('what is taken back was not counted', () => {
  const { all } = quotas([{ entity: { clientId: null }, limits: { consumer_byte_rate: 100 } }])
  assert.ok(all.charge('consumer_byte_rate', ada, 5000) > 0)
  all.takeBack('consumer_byte_rate', ada, 5000)
  assert.equal(all.charge('consumer_byte_rate', ada, 1000), 0)
  assert.equal(all.mostAtOnce('consumer_byte_rate', ada), 1000)
})

void test('the time of requests is given back within a window, however much it was', () => {
  const { all } = quotas([{ entity: { user: null }, limits: { request_percentage: 1 } }])
  assert.equal(all.charge('request_percentage', ada, 5), 0)
  assert.equal(all.charge('request_percentage', ada, 100), 1000)
})

void test('the most specific quota counts, and who shares it is counted together', () => {
  const names = ['ada+app', 'ada+*', 'ada', '*+app', '*+*', '*', 'app', 'any'] as const
  const entities: readonly Quota['entity'][] = [
    { user: 'ada', clientId: 'app' },
    { user: 'ada', clientId: null },
    { user: 'ada' },
    { user: null, clientId: 'app' },
    { user: null, clientId: null },
    { user: null },
    { clientId: 'app' },
    { clientId: null },
  ]
  for (let from = 0; from < entities.length; from++) {
    const table = createQuotaTable(entities.slice(from).map((entity, at) => producer(from + at, entity)))
    assert.equal(table.limitOf('producer_byte_rate', 'ada', 'app')?.perSecond, from, names[from])
  }
  const table = createQuotaTable([
    producer(1, { user: null }),
    { entity: { user: 'ada' }, limits: { consumer_byte_rate: 5 } },
  ])
  const shared = (user: string, clientId: string) => table.limitOf('producer_byte_rate', user, clientId)?.sharedBy
  assert.equal(shared('ada', 'one'), shared('ada', 'two'))
  assert.notEqual(shared('ada', 'one'), shared('bob', 'one'))
  assert.equal(table.limitOf('request_percentage', 'ada', 'one'), undefined)
})

void test('partitions are paid for by tokens: a burst waits for what it cost, and strict clients are refused', () => {
  const { all, pass } = quotas([{ entity: { user: 'ada' }, limits: { controller_mutation_rate: 2 } }])
  // Eleven windows of two: the bucket holds 22.
  assert.deepEqual(all.chargeMutations(ada, 30, true), { ms: 0, refused: false })
  assert.deepEqual(all.chargeMutations(ada, 1, true), { ms: 4000, refused: true })
  pass(3000)
  assert.deepEqual(all.chargeMutations(ada, 1, true), { ms: 1000, refused: true })
  pass(1000)
  assert.deepEqual(all.chargeMutations(ada, 4, false), { ms: 2000, refused: false })
  assert.deepEqual(all.chargeMutations(ada, 2, false), { ms: 3000, refused: false })
})
