import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bad, deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import type { DeliveryWorker } from './delivery-worker.ts'

const bench = deliveryBench()
const [id, , ...own] = bench.world().table.columns

async function reading() {
  const w = bench.world()
  w.log.append(0, [good(1), bad(2)])
  const worker = await w.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const tail = await readUpTo(worker, 2)
  assert.deepEqual([tail.schemaId, tail.segments.reduce((sum, { rows }) => sum + rows, 0)], [0, 1])
  return { ...w, worker }
}

/** The tail for a table at this version, once it is all there again. */
function tailOf(worker: DeliveryWorker, version: string) {
  return waitUntil('the tail is there again', async () => {
    const report = await worker.tails(version)
    assert.notEqual(report.schemaId, 0, 'a tail of before is not shown')
    return report.partitions[0]?.end === '2' ? report : undefined
  })
}

void test('rule 12: rows are read again under the schema to which another client has widened the table', async () => {
  const { table, worker } = await reading()
  await worker.tails('v1')
  await table.addColumns(await table.load(), [{ name: 'nme', type: 'string' }])
  const tail = await tailOf(worker, 'v2')
  assert.equal(tail.schemaId, 1)
  assert.deepEqual(
    (await bench.rowsIn(tail.segments.map(({ path }) => path))).map((row) => [row['name'], row['nme']]),
    [
      ['n1', null],
      [null, 'n2'],
    ],
  )
  await worker.flush()
  assert.equal((await bench.rowsOf(table)).length, 2)
})

void test('rule 12: what does not fit a narrower schema is no row of the tail any more, and becomes a letter', async () => {
  const { table, worker } = await reading()
  Object.assign(table, { columns: [id, ...own], schemaId: 7 })
  const tail = await tailOf(worker, 'v2')
  assert.deepEqual([tail.schemaId, tail.segments], [7, []])
  await worker.flush()
  const { entries } = await table.readState(table.property!)
  assert.deepEqual(
    entries.map(({ read, rejected }) => [read, rejected]),
    [['2', '2']],
  )
})

void test('rule 12: a table is looked at once for each version that it is said to have', async () => {
  const { table, worker } = await reading()
  let loads = 0
  const load = table.load.bind(table)
  table.load = () => (loads++, load())
  for (const version of ['v1', 'v1', 'v2', 'v2']) await worker.tails(version)
  assert.equal(loads, 2)
})
