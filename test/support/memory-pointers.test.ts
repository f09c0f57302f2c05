import assert from 'node:assert/strict'
import { test } from 'node:test'
import { observedPointers } from '../../src/platform/supervisor/observed-pointers.ts'
import { describePointerStoreContract, type TestedPointers } from '../contracts/pointer-store.ts'
import { memoryPointers } from './memory-pointers.ts'

const undisposed = (pointers: TestedPointers['pointers']): TestedPointers => ({
  pointers,
  [Symbol.asyncDispose]: () => Promise.resolve(),
})

describePointerStoreContract('memory', () => Promise.resolve(undisposed(memoryPointers())))
describePointerStoreContract('observed', () =>
  Promise.resolve(undisposed(observedPointers(memoryPointers(), () => undefined))),
)

void test('an observer hears of each table that moved, and of none that did not', async () => {
  const heard: string[] = []
  const pointers = observedPointers(memoryPointers(), ({ name }) => heard.push(name))
  const [one, two] = ['one', 'two'].map((name) => ({ namespace: ['public'], name }))
  await pointers.swap([{ table: one!, from: null, to: 'm1' }])
  assert.deepEqual(heard, [])
  await pointers.createNamespace(['public'], {})
  await pointers.swap([{ table: one!, from: null, to: 'm1' }])
  await pointers.swap([{ table: one!, from: 'm0', to: 'm2' }])
  await pointers.swap([
    { table: one!, from: 'm1', to: null },
    { table: two!, from: null, to: 'm1' },
  ])
  assert.deepEqual(heard, ['one', 'one', 'two'])
})
