import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, median, quantile } from './benchmark.ts'
import { cpuSeconds, processTree, proportionalBytes } from './process-usage.ts'

const base = { name: 'x', unit: 'ms', referenceName: 'y' }

void test('a ratio is judged pair by pair, by its median', () => {
  const bar = { kind: 'ratio', at: 'least', value: 1, text: '' } as const
  const { median: middle, spread, met } = judge({ ...base, ours: [10, 20, 90], reference: [10, 10, 100], bar })
  assert.deepEqual([middle, spread, met], [1, [0.9, 2], true])
  assert.equal(judge({ ...base, ours: [9], reference: [10], bar }).met, false)
})

void test('a bound is judged by the median of ours alone', () => {
  const bar = { kind: 'bound', at: 'most', value: 3, text: '' } as const
  assert.equal(judge({ ...base, ours: [1, 2, 9], reference: [], bar }).met, true)
  assert.equal(judge({ ...base, ours: [4, 5, 1], reference: [], bar }).met, false)
})

void test('median and quantile', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.equal(quantile([5, 1, 4, 2, 3], 0.99), 5)
})

void test(
  'what a process costs is read from the kernel',
  { skip: process.platform !== 'linux' && 'Linux only' },
  () => {
    assert.ok(cpuSeconds(process.pid) > 0)
    assert.ok(proportionalBytes(process.pid) > 1e6)
    assert.deepEqual(processTree(process.pid)[0], process.pid)
  },
)
