import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goneOffsets, newHoles, notedHoles } from './gone-offsets.ts'
import { firstEntry } from './next-state.ts'

const holes = [
  { from: 10, to: 100 },
  { from: 200, to: 300 },
]

void test('what a restore passed over is told from what is gone otherwise', () => {
  for (const [from, to, ranges] of [
    [0, 5, ['0-5']],
    [5, 5, []],
    [0, 100, ['0-10', '10-100 restored']],
    [20, 250, ['20-100 restored', '100-200', '200-250 restored']],
    [10, 10, []],
    [90, 120, ['90-100 restored', '100-120']],
  ] as const)
    assert.deepEqual(
      goneOffsets(from, to, holes).map((range) => `${range.from}-${range.to}${range.restored ? ' restored' : ''}`),
      ranges,
      `${from} to ${to}`,
    )
})

void test('an entry knows the holes that were there when it was made, and no later ones', () => {
  const entry = firstEntry('s', 0, 5, holes)
  assert.deepEqual([entry.next, notedHoles(entry)], ['5', holes])
  const later = { from: 400, to: 500 }
  assert.deepEqual(newHoles([...holes, later], entry), [later])
  assert.deepEqual(firstEntry('s', 0, 10, holes).next, '100')
  assert.deepEqual(firstEntry('s', 0, 0).lost, [])
})
