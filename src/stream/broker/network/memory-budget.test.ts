import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryBudget } from './memory-budget.ts'

void test('what does not fit waits its turn, and no later smaller wish passes it', () => {
  const budget = createMemoryBudget(100)
  const granted: string[] = []
  assert.equal(
    budget.request(70, () => granted.push('at once')),
    undefined,
  )
  budget.request(60, () => granted.push('large'))
  budget.request(10, () => granted.push('small'))
  assert.deepEqual([granted, budget.held, budget.left()], [[], 70, 0])
  budget.give(70)
  assert.deepEqual([granted, budget.held, budget.left()], [['large', 'small'], 70, 30])
})

void test('who waits no longer is passed over, and lets those behind it through', () => {
  const budget = createMemoryBudget(100)
  const granted: string[] = []
  budget.take(50)
  const stop = budget.request(80, () => granted.push('gone'))
  budget.request(40, () => granted.push('behind it'))
  stop?.()
  assert.deepEqual(granted, ['behind it'])
  stop?.()
  budget.give(90)
  assert.equal(budget.held, 0)
})

void test('a wish larger than the budget is granted when nobody holds anything', () => {
  const budget = createMemoryBudget(100)
  let granted = 0
  budget.take(1)
  budget.request(1000, () => granted++)
  assert.equal(granted, 0)
  budget.give(1)
  assert.deepEqual([granted, budget.held, budget.left()], [1, 1000, 0])
})

void test('who spares some for others waits, and they do not wait for it', () => {
  const budget = createMemoryBudget(100)
  const granted: string[] = []
  budget.request(40, () => undefined, 50)
  budget.request(20, () => granted.push('spares'), 50)
  budget.request(20, () => granted.push('spares, too'), 50)
  assert.deepEqual([budget.left(50), budget.left()], [0, 60])
  assert.equal(
    budget.request(30, () => undefined),
    undefined,
  )
  budget.give(30)
  assert.deepEqual(granted, [])
  budget.give(20)
  assert.deepEqual([granted, budget.held], [['spares'], 40])
})
