import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QueuedBatch } from './lane.ts'
import { createPendingBatches } from './pending-batches.ts'

const kilobyte = 1024

function batchOf(bytes: number): QueuedBatch {
  return { partition: 0, order: 0, batch: Buffer.alloc(0), records: 1, bytes, deadline: Infinity }
}

void test('a full buffer has room again once enough is acknowledged', async () => {
  const pending = createPendingBatches(100 * kilobyte)
  const [first, second] = [batchOf(90 * kilobyte), batchOf(20 * kilobyte)]
  pending.add(first)
  assert.equal(pending.room(), undefined)
  pending.add(second)
  let hasRoom = false
  const waiting = pending.room()!.then(() => (hasRoom = true))
  await new Promise(setImmediate)
  assert.equal(hasRoom, false)
  pending.done(second)
  await waiting
})

void test('who adds much at a time waits for a turn of the event loop, also while there is room', async () => {
  const pending = createPendingBatches(32_768 * kilobyte)
  pending.add(batchOf(400 * kilobyte))
  assert.equal(pending.room(), undefined)
  pending.add(batchOf(400 * kilobyte))
  let isHeard = false
  setImmediate(() => (isHeard = true))
  await pending.room()
  assert.ok(isHeard, 'what other parts have to do is done meanwhile')
  assert.equal(pending.room(), undefined)
})
