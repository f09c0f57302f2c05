import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { deliveryBench, good, haltOf, readUpTo, type DeliveryWorld } from '../../../test/support/delivery-bench.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { resumeDelivery } from '../operate/resume-delivery.ts'

const bench = deliveryBench()
const columnsOfUser = [
  { name: 'id', type: 'long' },
  { name: 'name', type: 'string' },
]

void test('rule 4: a rollback stops the delivery and leaves the table alone', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1)])
  await readUpTo(worker, 1)
  const { snapshotId } = await worker.flush()
  log.append(0, [good(2)])
  await readUpTo(worker, 2)
  await worker.flush()
  table.current = snapshotId
  log.append(0, [good(3)])
  await readUpTo(worker, 3)
  await assert.rejects(worker.flush(), { code: 'WEIR-5010' })
  await waitUntil('the tail says so', async () => (await worker.tails()).halted?.code === 'WEIR-5010')
  assert.equal(table.current, snapshotId)
})

void test('rule 5: a state that is gone is never an empty one', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1)])
  await readUpTo(worker, 1)
  await worker.flush()
  table.property = undefined
  await worker.assign({ epoch: 2, partitions: [0] })
  await waitUntil('it has stopped', () => worker.status().halted?.code === 'WEIR-5011')
})

void test('rule 5: a table dropped and made again is asked about, by the next worker too, and adopted when that is the answer', async () => {
  const w = bench.world()
  w.log.append(0, [good(1), good(2)])
  await w.deliver()
  const [adopted, made] = [w.table.uuid, randomUUID()]
  Object.assign(w.table, { uuid: made, snapshots: [], current: null, property: undefined, columns: columnsOfUser })
  const worker = await w.start()
  await worker.assign({ epoch: 9, partitions: [0] })
  const { code, reason } = await haltOf(worker)
  assert.equal(code, 'WEIR-5014')
  assert.ok(reason.includes(made) && reason.includes(adopted), reason)
  assert.deepEqual([w.table.property, w.table.columns], [undefined, columnsOfUser], 'it was left alone')
  await assert.rejects(resumeDelivery(w.ports, 'accept-loss'), { code: 'WEIR-5014' })
  await assert.rejects(resumeDelivery(w.ports, 'go-on'), { code: 'WEIR-5014' })

  w.memory.remembered = null
  await worker.assign({ epoch: 10, partitions: [0] })
  await readUpTo(worker, 2)
  await worker.flush()
  assert.equal((await bench.rowsOf(w.table)).length, 2)
  assert.equal(w.memory.remembered!['table'], made)
})

void test('rule 5: a table that was adopted and lost its state and snapshots does not begin anew', async () => {
  const w = bench.world()
  w.log.append(0, [good(1)])
  await w.deliver()
  Object.assign(w.table, { snapshots: [], current: null, property: undefined })
  const worker = await w.start()
  await worker.assign({ epoch: 9, partitions: [0] })
  assert.equal((await haltOf(worker)).code, 'WEIR-5011')
})

void test('rule 5: a catalog that keeps no properties is refused before a row is written', async () => {
  const w = bench.world()
  w.log.append(0, [good(1)])
  const commit = w.table.commit.bind(w.table)
  w.table.commit = async (view, request) => {
    const outcome = await commit(view, request)
    w.table.property = undefined
    return outcome
  }
  const worker = await w.start()
  await worker.assign({ epoch: 9, partitions: [0] })
  assert.match((await haltOf(worker)).reason, /its catalog does not keep table properties/)
  assert.deepEqual([await bench.rowsOf(w.table), w.memory.remembered], [[], null])
})

void test('rule 5: a copy of a delivered table is not adopted: nobody knows up to where its rows reach', async () => {
  const w = bench.world()
  w.log.append(0, [good(1)])
  await w.deliver()
  const { paths } = await (await w.table.load()).dataFiles()
  Object.assign(w.table, { uuid: randomUUID(), snapshots: [], current: null, property: undefined })
  w.table.addSnapshot('copy', paths)
  w.memory.remembered = null
  const worker = await w.start()
  await worker.assign({ epoch: 9, partitions: [0] })
  assert.equal((await haltOf(worker)).code, 'WEIR-5015')
})

void test('rule 4: when no summary is known any more, rows as they were delivered let the delivery go on', async () => {
  const w = await skippedAndExpired()
  w.log.append(0, [good(6)])
  await w.deliver()
  assert.deepEqual(
    (await bench.rowsOf(w.table)).map((row) => Number(row['_offset'])),
    [0, 1, 4, 5],
  )
})

for (const [place, offset] of [
  ['beyond what was delivered', 5],
  ['where records were left out', 2],
] as const)
  void test(`rule 4: as many rows as delivered, one of them ${place}, is a rollback`, async () => {
    const w = await skippedAndExpired()
    // Another engine deletes one row while a rollback brings another one back: the count alone agrees.
    await rewrite(w, `SELECT * REPLACE (if(_offset = 1, ${offset}, _offset) AS _offset) FROM rows`)
    const worker = await w.start()
    await worker.assign({ epoch: 9, partitions: [0] })
    assert.equal((await haltOf(worker)).code, 'WEIR-5010')
  })

void test('rule 4: rows of a source that the state does not know are a rollback', async () => {
  const w = await skippedAndExpired()
  await rewrite(w, `FROM rows UNION ALL SELECT * REPLACE ('other' AS _source) FROM rows WHERE _offset = 0`)
  await assert.rejects(w.deliver(), /WEIR-5010/)
})

/** Rows at offsets 0, 1 and 4; records 2 and 3 were rolled back and left out; the snapshot that said so has expired. */
async function skippedAndExpired(): Promise<DeliveryWorld> {
  const w = bench.world()
  w.log.append(0, [good(1), good(2)])
  await w.deliver()
  const { current } = w.table
  w.log.append(0, [good(3), good(4)])
  await w.deliver()
  w.table.current = current
  assert.ok(await resumeDelivery(w.ports, 'go-on'))
  w.log.append(0, [good(5)])
  await w.deliver()
  const last = w.table.snapshots.at(-1)!
  w.table.snapshots = [{ ...last, id: 'compacted', parent: last.id, summary: undefined }]
  w.table.current = 'compacted'
  assert.equal((await w.table.load()).summary.kind, 'broken')
  return w
}

/** The rows of the table as others leave them behind, in one file. */
async function rewrite({ table, folder }: DeliveryWorld, select: string): Promise<void> {
  const { paths } = await (await table.load()).dataFiles()
  const file = join(folder, 'rewritten.parquet')
  const rows = `read_parquet([${paths.map((path) => `'${path}'`).join(', ')}], union_by_name = true)`
  await bench.query(`COPY (WITH rows AS (FROM ${rows}) ${select}) TO '${file}' (FORMAT parquet)`)
  table.snapshots = table.snapshots.map((snapshot) => ({ ...snapshot, files: [file] }))
}
