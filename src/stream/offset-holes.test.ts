import assert from 'node:assert/strict'
import { test } from 'node:test'
import { behindHoles, endBefore, offsetsOutside } from './offset-holes.ts'

const holes = [
  { from: 10, to: 20 },
  { from: 20, to: 30 },
  { from: 40, to: 50 },
]

void test('holes that touch are passed as one, forth and back', () => {
  for (const [offset, behind] of [
    [9, 9],
    [10, 30],
    [25, 30],
    [30, 30],
    [45, 50],
    [50, 50],
  ] as const)
    assert.equal(behindHoles(holes, offset), behind)
  for (const [offset, end] of [
    [50, 40],
    [30, 10],
    [20, 10],
    [31, 31],
    [10, 10],
  ] as const)
    assert.equal(endBefore(holes, offset), end)
})

void test('what is in holes is not counted', () => {
  for (const [from, to, count] of [
    [0, 60, 30],
    [0, 10, 10],
    [15, 45, 10],
    [12, 18, 0],
    [60, 50, 0],
  ] as const)
    assert.equal(offsetsOutside(holes, from, to), count)
})
