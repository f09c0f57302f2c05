import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, haltOf, readUpTo } from '../../../test/support/delivery-bench.ts'
import type { FolderTable } from '../../../test/support/delivery-table.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { BatchBuilder } from '../../stream/protocol/records/batch-builder.ts'

const bench = deliveryBench()
const stateOf = (table: FolderTable) => table.readState(table.property!)

void test('rules 6 and 7: a log that ends early, retention and deletion stop the delivery, and name the offsets', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1), good(2)])
  await readUpTo(worker, 2)
  await worker.flush()
  const other = await start(new RecordLog(log.id))
  await other.assign({ epoch: 2, partitions: [0] })
  await waitUntil('it sees that the log is shorter', () => other.status().halted?.code === 'WEIR-5016')
  await worker.assign({ epoch: 3, partitions: [] })
  for (const id of [3, 4, 5, 6]) log.append(0, [good(id)])
  log.truncate(0, 4)
  await worker.assign({ epoch: 4, partitions: [0] })
  const halted = await waitUntil('it sees the hole', () => worker.status().halted)
  assert.equal(halted.code, 'WEIR-5012')
  assert.match(halted.reason, /offsets 2 to 3 of partition 0/)
  assert.equal((await bench.rowsOf(table)).length, 2)
  log.isGone = true
})

void test('rule 11: gaps between offsets are passed over', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1)])
  log.leaveGap(0, 5)
  log.append(0, [good(2)])
  await readUpTo(worker, 7)
  await worker.flush()
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read }) => [next, read]),
    [['7', '2']],
  )
})

void test('rule 7: what was read before a hole is delivered, then the delivery stops', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1)])
  await readUpTo(worker, 1)
  log.leaveGap(0, 5)
  log.truncate(0, 4)
  log.append(0, [good(2)])
  const halted = await waitUntil('it has stopped', () => worker.status().halted)
  assert.match(halted.reason, /offsets 1 to 3/)
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, delivered }) => [next, delivered]),
    [['1', '1']],
  )
})

void test('rule 13: a new owner is ready when it has reached the end that it found', async () => {
  const { log, start } = bench.world()
  log.append(0, [good(1), good(2)])
  const worker = await start()
  await worker.assign({ epoch: 7, partitions: [0] })
  const first = await worker.tails()
  assert.equal(first.epoch, 7)
  for (const { end, ready } of first.partitions) assert.equal(ready, end === '2')
  assert.equal((await readUpTo(worker, 2)).partitions[0]!.ready, true)
})

void test('a batch whose checksum is wrong stops the delivery in front of it', async () => {
  const { log, table, start } = bench.world()
  const damaged = new BatchBuilder(1000)
  damaged.append(Buffer.from(good(2)), null, 0, [])
  const bytes = damaged.finish('none')
  bytes[bytes.length - 3]! ^= 1
  log.append(0, [good(1)])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await readUpTo(worker, 1)
  await worker.flush()
  log.appendBatch(0, bytes, 1)
  assert.equal((await haltOf(worker)).code, 'WEIR-5019')
  assert.equal((await stateOf(table)).entries[0]!.next, '1')
})

void test('a column that records cannot fill stops the delivery before it reads', async () => {
  const { log, table, start } = bench.world()
  log.append(0, [good(1)])
  table.columns = [{ name: 'digest', type: 'fixed[4]' }, ...table.columns]
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const { code, reason } = await haltOf(worker)
  assert.deepEqual([code, /column digest/.test(reason)], ['WEIR-5017', true], reason)
})
