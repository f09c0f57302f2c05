import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, haltOf, readUpTo } from '../../../test/support/delivery-bench.ts'

const bench = deliveryBench()

void test('rule 7: what retention takes before the first commit of rows is a loss, not a late beginning', async () => {
  const { log, table, start } = bench.world()
  const first = await start()
  await first.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1), good(2)])
  await readUpTo(first, 2)
  await first.assign({ epoch: 2, partitions: [] })
  log.truncate(0, 2)
  const second = await start()
  await second.assign({ epoch: 3, partitions: [0] })
  const halted = await haltOf(second)
  assert.equal(halted.code, 'WEIR-5012')
  assert.match(halted.reason, /offsets 0 to 1 of partition 0/)
  assert.deepEqual((await table.readState(table.property!)).entries[0]?.lost, [])
})

void test('what was gone before the delivery began is lost, and the delivery begins behind it', async () => {
  const { log, table, start } = bench.world()
  log.append(0, [good(1), good(2), good(3)])
  log.truncate(0, 2)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await readUpTo(worker, 3)
  await worker.flush()
  const [entry] = (await table.readState(table.property!)).entries
  assert.deepEqual(entry?.lost, [{ from: '0', to: '2' }])
  assert.deepEqual([entry.next, entry.read, entry.delivered], ['3', '1', '1'])
})
