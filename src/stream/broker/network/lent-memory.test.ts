import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { createLentMemory } from './lent-memory.ts'

const kilobytes = (count: number): number => count * 1024

void test('memory that was given back is lent again, for whatever fits into it', () => {
  const memory = createLentMemory(kilobytes(1024), 1000)
  const first = memory.take(kilobytes(100))
  assert.equal(first.length, kilobytes(100))
  const second = memory.take(kilobytes(100))
  assert.notEqual(second.buffer, first.buffer, 'what is lent is lent to one')
  memory.give(first)
  const again = memory.take(kilobytes(110))
  assert.equal(again.buffer, first.buffer)
  assert.equal(again.length, kilobytes(110))
  assert.notEqual(memory.take(kilobytes(100)).buffer, first.buffer)
})

void test('no more is kept than was agreed, nothing small, and nothing for ever', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const memory = createLentMemory(kilobytes(300), 1000)
  const lent = Array.from({ length: 4 }, () => memory.take(kilobytes(128)))
  for (const buffer of lent) memory.give(buffer)
  const kept = new Set(Array.from({ length: 4 }, () => memory.take(kilobytes(128)).buffer))
  assert.equal(lent.filter(({ buffer }) => kept.has(buffer)).length, 2)
  const small = memory.take(100)
  memory.give(small)
  assert.notEqual(memory.take(100).buffer, small.buffer)
  memory.give(lent[0]!)
  mock.timers.tick(1000)
  assert.notEqual(memory.take(kilobytes(128)).buffer, lent[0]!.buffer)
  mock.timers.reset()
})

void test('what is given back and not kept is nobody’s at once, whatever its size', () => {
  const memory = createLentMemory(kilobytes(100), 1000)
  const lent = [kilobytes(64), kilobytes(64), kilobytes(20_000)].map((bytes) => memory.take(bytes))
  for (const buffer of lent) memory.give(buffer)
  assert.deepEqual(
    lent.map(({ length }) => length),
    [0, kilobytes(64), 0],
  )
})

void test('what was used last is kept, not what came first', () => {
  const memory = createLentMemory(kilobytes(300), 1000)
  const [old, recent] = [memory.take(kilobytes(256)), memory.take(kilobytes(128))]
  memory.give(old)
  memory.give(recent)
  assert.equal(old.length, 0)
  assert.equal(memory.take(kilobytes(128)).buffer, recent.buffer)
})
