import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import type { FolderTable } from '../../../test/support/delivery-table.ts'

const bench = deliveryBench()
const stateOf = (table: FolderTable) => table.readState(table.property!)

void test('rule 10: a new column is added, and rows before and after it are all there', async () => {
  const { log, table, start } = bench.world({ onNewField: 'add column' })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1), '{"id":2,"extra":1.5,"tags":["a"]}', '{"id":3,"what":null}', '{"id":4,"extra":2}'])
  await readUpTo(worker, 4)
  await worker.flush()
  const rows = await bench.rowsOf(table)
  assert.deepEqual(
    rows.map((row) => [Number(row['id']), row['extra']]),
    [
      [1, null],
      [2, 1.5],
      [4, 2],
    ],
  )
  assert.equal((await stateOf(table)).entries[0]!.rejected, '1')
})

void test('a field that a struct lacks is no new column: the record is a letter, and the delivery goes on', async () => {
  const { log, table, start } = bench.world({ onNewField: 'add column' })
  await table.addColumns(await table.load(), [
    { name: 'inner', type: 'struct<a: long>' },
    { name: 'all', type: 'list<struct<a: long>>' },
  ])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const inside = ['{"inner":{"b":1}}', '{"all":[{"a":1},{"b":1}]}', '{"inner":{"b":1},"fresh":1}']
  log.append(0, [...inside, '{"id":4,"inner":{"a":1},"fresh":1}'])
  await readUpTo(worker, 4)
  await worker.flush()
  const rows = await bench.rowsOf(table)
  assert.deepEqual(
    rows.map((row) => [Number(row['id']), Number(row['fresh'])]),
    [[4, 1]],
  )
  assert.equal((await stateOf(table)).entries[0]!.rejected, '3')
})

void test('a field with NUL in its name is no column: the record is a letter, and the delivery goes on', async () => {
  const { log, table, start } = bench.world({ onNewField: 'add column' })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1), String.raw`{"id":2,"new\u0000column":"x"}`, '{"id":3,"extra":1}'])
  await readUpTo(worker, 3)
  await worker.flush()
  const rows = await bench.rowsOf(table)
  assert.deepEqual(
    rows.map((row) => Number(row['id'])),
    [1, 3],
  )
  assert.equal((await stateOf(table)).entries[0]!.rejected, '1')
})
