import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, bad, good } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
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

void test('rule 6: what is pending in a log that ends before what was delivered of it is not known', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), good(2)])
  await w.deliver()
  const putBack = new RecordLog(w.log.id)
  putBack.append(0, [good(1)])
  const pendingIn = async (log: RecordLog) => (await readLedger(w.table, log, [0])).entries[0]!.pending
  assert.equal(await pendingIn(putBack), null)
  putBack.append(0, [good(2)])
  assert.equal(await pendingIn(putBack), '0')
})

void test('after a rollback the counts are not of what the table has, also to before the first commit', async () => {
  const w = bench.world()
  w.log.append(0, [good(1)])
  await w.deliver()
  const first = w.table.current
  w.log.append(0, [good(2)])
  await w.deliver()
  assert.equal((await readLedger(w.table, w.log, [0])).isAsCommitted, true)
  for (const back of [first, null]) {
    w.table.current = back
    assert.equal((await readLedger(w.table, w.log, [0])).isAsCommitted, false)
  }
})
