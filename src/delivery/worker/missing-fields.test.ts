import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countsOf, deliveryBench, haltOf, readUpTo, type Row } from '../../../test/support/delivery-bench.ts'
import { FolderTable } from '../../../test/support/delivery-table.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { replayDeadLetters } from '../letters/replay-letters.ts'

const bench = deliveryBench()

/** As another client sets it: another schema of the table. */
function setDefault(table: FolderTable, value: unknown): void {
  const load = FolderTable.prototype.load.bind(table)
  table.schemaId++
  table.load = async () => {
    const view = await load()
    const fields = view.schema.fields.map((field) =>
      field.name === 'name' ? { ...field, 'write-default': value } : field,
    )
    return { ...view, schema: { fields } }
  }
}

const namesIn = (rows: readonly Row[]) => rows.map(({ id, name }) => [Number(id), name])

void test('a missing field has its default in the tail, in the commit and in what is replayed; a null stays one', async () => {
  const w = bench.world()
  setDefault(w.table, 'nobody')
  const worker = await w.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  w.log.append(0, ['{"id":1}', '{"id":2,"name":null}', '{"id":3,"nme":"x"}', '{"id":4,"name":"n4"}', '{}'])
  const tail = await readUpTo(worker, 5)
  const expected = [
    [1, 'nobody'],
    [2, null],
    [4, 'n4'],
    [0, 'nobody'],
  ]
  assert.deepEqual(namesIn(await bench.rowsIn(tail.segments.map(({ path }) => path))), expected)
  await worker.flush()
  assert.deepEqual(namesIn(await bench.rowsOf(w.table)), expected)

  await replayDeadLetters(w.ports, { format: 'json', onNewField: 'ignore' })
  assert.deepEqual(
    namesIn(await bench.rowsOf(w.table)),
    expected.toSpliced(2, 0, [3, 'nobody']),
    'judged as the table is now',
  )
  assert.equal((await countsOf(w.table))?.delivered, '5')
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('rows in the tail are read again under a default that was set since, and committed ones keep theirs', async () => {
  const w = bench.world()
  setDefault(w.table, 'first')
  const worker = await w.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  w.log.append(0, ['{"id":1}'])
  await readUpTo(worker, 1)
  await worker.flush()
  w.log.append(0, ['{"id":2}'])
  await worker.tails('v1')
  await readUpTo(worker, 2)
  setDefault(w.table, 'second')
  const tail = await waitUntil('the tail is there again', async () => {
    const report = await worker.tails('v2')
    return report.schemaId === w.table.schemaId && report.partitions[0]?.end === '2' ? report : undefined
  })
  assert.deepEqual(namesIn(await bench.rowsIn(tail.segments.map(({ path }) => path))), [[2, 'second']])
  await worker.flush()
  assert.deepEqual(namesIn(await bench.rowsOf(w.table)), [
    [1, 'first'],
    [2, 'second'],
  ])
})

void test('letters whose defaults are longer than they are replayed all the same', async () => {
  const w = bench.world()
  w.log.append(
    0,
    Array.from({ length: 40 }, (_, id) => JSON.stringify({ id, nme: 'x' })),
  )
  await w.deliver()
  assert.equal((await countsOf(w.table))?.rejected, '40')
  setDefault(w.table, 'y'.repeat(10_000))
  const { replayed } = await replayDeadLetters(w.ports, { format: 'json', onNewField: 'ignore' })
  assert.equal(replayed, 40)
  const rows = await bench.rowsOf(w.table)
  assert.deepEqual(new Set(rows.map(({ name }) => String(name).length)), new Set([10_000]))
})

void test('a CSV record lacks the columns that its header or the delivery does not name; an empty field is a null', async () => {
  const w = bench.world({ format: 'csv', csv: { header: true } })
  setDefault(w.table, 'nobody')
  w.log.append(0, ['id\n1', 'id,name\n2,', 'name,id\n"",3'])
  await w.deliver()
  assert.deepEqual(namesIn(await bench.rowsOf(w.table)), [
    [1, 'nobody'],
    [2, null],
    [3, ''],
  ])
})

void test('a default that the column does not take stops the delivery before it reads', async () => {
  const w = bench.world()
  setDefault(w.table, 5)
  w.log.append(0, ['{"id":1,"name":"n1"}'])
  const worker = await w.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const { code, reason } = await haltOf(worker)
  assert.deepEqual(
    [code, reason],
    ['WEIR-5017', 'the write-default of column name: 5 is not a string, which column name is'],
  )
  assert.equal((await countsOf(w.table))?.read ?? '0', '0')
})
