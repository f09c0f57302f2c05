import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, haltOf, readUpTo } from '../../../test/support/delivery-bench.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { resumeDelivery } from '../operate/resume-delivery.ts'

const bench = deliveryBench()
const jump = 1_000_000_000_000

void test('rules 6 and 7: a delivery delivers what is in front of a hole, asks once for all partitions, and goes on behind it', async () => {
  const { table, start, ports } = bench.world()
  const log = new RecordLog(undefined, 2)
  const before = await start(log)
  await before.assign({ epoch: 1, partitions: [0, 1] })
  log.append(0, [good(1)])
  await readUpTo(before, 1)
  await before.flush()
  await before.assign({ epoch: 2, partitions: [] })
  log.append(0, [good(2)])
  log.append(1, [good(3)])
  for (const partition of [0, 1]) log.jump(partition, jump)
  log.append(0, [good(4)])
  const pending = async () => (await readLedger(table, log, [0, 1])).entries.map((entry) => entry.pending)
  assert.deepEqual(await pending(), ['2', '1'])
  const worker = await start(log)
  await worker.assign({ epoch: 3, partitions: [0, 1] })
  const { code, reason } = await haltOf(worker)
  assert.equal(code, 'WEIR-5012')
  assert.match(reason, /partition 0 offsets 2 to 1000000000001, partition 1 offsets 1 to 1000000000000\./)
  assert.deepEqual(
    (await bench.rowsOf(table)).map(({ id }) => Number(id)),
    [1, 2, 3],
  )
  assert.deepEqual(await pending(), ['1', '0'])
  const operator = { ...ports, source: log }
  assert.ok(await resumeDelivery(operator, 'accept-loss'))
  assert.equal(await resumeDelivery(operator, 'accept-loss'), null, 'asked again it finds that it is done')
  await worker.assign({ epoch: 4, partitions: [0, 1] })
  await readUpTo(worker, jump + 3)
  await worker.flush()
  const { entries } = await table.readState(table.property!)
  assert.deepEqual(
    entries.map(({ next, read, lost }) => [next, read, lost]),
    [
      [String(jump + 3), '3', [{ from: '2', to: String(jump + 2), restored: true }]],
      [String(jump + 1), '1', [{ from: '1', to: String(jump + 1), restored: true }]],
    ],
  )
  const ledger = (await readLedger(table, log, [0, 1])).entries
  assert.deepEqual(
    ledger.map(({ lost, gaps }) => [lost, gaps]),
    [
      ['0', [{ kind: 'restored', from: '2', to: String(jump + 2) }]],
      ['0', [{ kind: 'restored', from: '1', to: String(jump + 1) }]],
    ],
    'how many records were in the hole nobody knows, and it is far wider',
  )
  const { verdict, partitions } = await verifyDelivery(operator)
  assert.equal(verdict, 'proven', JSON.stringify(partitions))
})

void test('a hole that is no loss of the delivery: it came later, and finds nothing in front of it', async () => {
  const { table, log, start } = bench.world()
  log.jump(0, jump)
  log.append(0, [good(1)])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await readUpTo(worker, jump + 1)
  await worker.flush()
  assert.equal(worker.status().halted, null)
  assert.equal((await bench.rowsOf(table)).length, 1)
  const [entry] = (await readLedger(table, log, [0])).entries
  assert.deepEqual([entry?.lost, entry?.gaps], ['0', [{ kind: 'restored', from: '0', to: String(jump) }]])
})

void test('rule 7: holes that were there when the delivery began are noted, and nobody is asked, whatever lies in front of them', async () => {
  const { table, start, ports } = bench.world()
  const log = new RecordLog(undefined, 3)
  log.append(0, [good(1), good(2)])
  log.truncate(0, 1)
  log.append(1, [good(3)])
  for (const partition of [0, 1, 2]) log.jump(partition, jump)
  log.append(0, [good(4)])
  const worker = await start(log)
  await worker.assign({ epoch: 1, partitions: [0, 1, 2] })
  await readUpTo(worker, jump + 3)
  const { partitions } = await worker.tails()
  assert.ok(
    partitions.every(({ ready }) => ready),
    'nothing is waited for behind a hole',
  )
  await worker.flush()
  assert.deepEqual([worker.status().halted, (await bench.rowsOf(table)).length], [null, 3])
  const ledgerOf = async () => (await readLedger(table, log, [0, 1, 2])).entries
  assert.deepEqual(
    (await ledgerOf()).map(({ next, read, lost, pending }) => [next, read, lost, pending]),
    [
      [String(jump + 3), '2', '1', '0'],
      ['1', '1', '0', '0'],
      [String(jump), '0', '0', '0'],
    ],
  )
  // Another restore is another question, though nothing lies between the two holes of partition 1.
  log.jump(1, jump)
  log.append(1, [good(5)])
  await worker.assign({ epoch: 2, partitions: [0, 1, 2] })
  const { reason } = await haltOf(worker)
  assert.match(reason, new RegExp(`: partition 1 offsets ${jump + 1} to ${2 * jump}\\.`))
  const operator = { ...ports, source: log }
  assert.ok(await resumeDelivery(operator, 'accept-loss'))
  await worker.assign({ epoch: 3, partitions: [0, 1, 2] })
  await readUpTo(worker, 2 * jump + 2, 1)
  await worker.flush()
  assert.deepEqual(
    (await ledgerOf()).map(({ read, lost, gaps }) => [read, lost, gaps.length]),
    [
      ['2', '1', 2],
      ['2', '0', 2],
      ['0', '0', 1],
    ],
  )
  const { verdict, partitions: found } = await verifyDelivery(operator)
  assert.equal(verdict, 'proven', JSON.stringify(found))
})

void test('a table that did not go back stands in the hole: what it has stays, what may have come after it is asked about', async () => {
  const { log, table, start, deliver } = bench.world()
  log.append(0, [good(1), good(2)])
  await deliver()
  const restored = new RecordLog(log.id)
  restored.append(0, [good(1)])
  restored.jump(0, jump)
  restored.append(0, [good(3)])
  const worker = await start(restored)
  await worker.assign({ epoch: 100, partitions: [0] })
  const { code, reason } = await haltOf(worker)
  assert.equal(code, 'WEIR-5012')
  assert.match(reason, /partition 0 offsets 2 to 1000000000000\./)
  assert.equal((await bench.rowsOf(table)).length, 2)
})
