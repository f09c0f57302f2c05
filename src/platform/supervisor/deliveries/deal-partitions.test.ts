import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dealPartitions } from './deal-partitions.ts'

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

void test('who comes gets a part from those that have most, who goes leaves it to the others', () => {
  const alone = dealPartitions(numbers(6), new Map([['a', []]]))
  assert.deepEqual(alone.get('a'), [0, 1, 2, 3, 4, 5])
  const two = dealPartitions(numbers(6), new Map([...alone, ['b', []]]))
  assert.deepEqual([...two], [['a', [0, 1, 2]], ['b', [3, 4, 5]]]) // prettier-ignore
  const three = dealPartitions(numbers(6), new Map([...two, ['c', []]]))
  assert.deepEqual([...three], [['a', [0, 1]], ['b', [3, 4]], ['c', [2, 5]]]) // prettier-ignore
  const [, b, c] = three
  assert.deepEqual([...dealPartitions(numbers(6), new Map([b!, c!]))], [['b', [0, 3, 4]], ['c', [1, 2, 5]]]) // prettier-ignore
  assert.deepEqual([...dealPartitions(numbers(6), new Map())], [])
})

void test('INV-W1: each partition has one owner, counts differ by one at most, and none moves without need (property)', () => {
  const members = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 12 }), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(members, fc.integer({ min: 0, max: 20 }), (held, count) => {
      const before = new Map(held.map((partitions, member) => [member, partitions]))
      const after = dealPartitions(numbers(count), before)
      assert.deepEqual(
        [...after.values()].flat().toSorted((a, b) => a - b),
        numbers(count),
      )
      const counts = [...after.values()].map(({ length }) => length)
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1)
      const again = dealPartitions(numbers(count), after)
      assert.deepEqual([...again], [...after], 'dealt out once more nothing moves')
    }),
  )
})
