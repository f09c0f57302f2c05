import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, bad, good } from '../../../test/support/delivery-bench.ts'
import { readLedger } from './read-ledger.ts'

const bench = deliveryBench()

void test('the ledger adds up, pending included, before and after a commit', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), bad(2)])
  const before = await readLedger(w.table, w.log, [0])
  assert.deepEqual(
    before.entries.map(({ read, pending }) => [read, pending]),
    [['0', '2']],
  )
  await w.deliver()
  w.log.append(0, [good(3)])
  const { entries, snapshotId } = await readLedger(w.table, w.log, [0])
  assert.equal(snapshotId, w.table.current)
  assert.deepEqual(
    entries.map(({ read, delivered, rejected, pending }) => [read, delivered, rejected, pending]),
    [['2', '1', '1', '1']],
  )
})
