import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { test } from 'node:test'
import { deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import type { FolderTable } from '../../../test/support/delivery-table.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'

const bench = deliveryBench()
const stateOf = (table: FolderTable) => table.readState(table.property!)

void test('rule 2: a lost answer is settled by reading, a lost request is sent again, and nothing is twice', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  for (const [index, fate] of (['lose answer', 'lose request', 'conflict', 'fail'] as const).entries()) {
    log.append(0, [good(index)])
    await readUpTo(worker, index + 1)
    table.nextCommits.push(fate)
    await worker.flush()
    assert.deepEqual(
      (await bench.rowsOf(table)).map((row) => Number(row['_offset'])),
      Array.from({ length: index + 1 }, (_, at) => at),
    )
  }
})

void test('rule 1: of two workers on one partition one delivers, the other reads anew from the state', async () => {
  const { log, table, start } = bench.world()
  const [stale, owner] = [await start(), await start()]
  await stale.assign({ epoch: 1, partitions: [0] })
  await owner.assign({ epoch: 2, partitions: [0] })
  log.append(0, [good(1), good(2)])
  await Promise.all([readUpTo(stale, 2), readUpTo(owner, 2)])
  await owner.flush()
  await assert.rejects(stale.flush(), /another worker/)
  log.append(0, [good(3)])
  await waitUntil('the stale one has caught up', async () => {
    const report = await stale.tails().catch(() => undefined)
    return report?.partitions[0]?.base === '2' && report.partitions[0].end === '3'
  })
  await stale.flush()
  assert.deepEqual(
    (await bench.rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1, 2],
  )
})

void test('rule 1: workers with other partitions merge their states', async () => {
  const { table, start } = bench.world()
  const log = new RecordLog(undefined, 2)
  const workers = [await start(log), await start(log)]
  for (const [partition, worker] of workers.entries()) {
    await worker.assign({ epoch: partition + 1, partitions: [partition] })
    log.append(partition, [good(partition)])
    await readUpTo(worker, 1, partition)
  }
  await Promise.all(workers.map((worker) => worker.flush()))
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ partition, next }) => [partition, next]),
    [
      [0, '1'],
      [1, '1'],
    ],
  )
  assert.equal((await bench.rowsOf(table)).length, 2)
})

void test('rule 1: a block from before "deliver again" does not land on a partition without entry', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(0)])
  await readUpTo(worker, 1)
  await worker.flush()
  log.append(0, [good(1)])
  await readUpTo(worker, 2)
  const adopted = table.snapshots[0]!
  table.addSnapshot('again', [], adopted.summary)
  Object.assign(table, {
    snapshots: [adopted, { ...table.snapshots.at(-1)!, parent: adopted.id, files: [] }],
    property: adopted.summary,
  })
  await assert.rejects(worker.flush(), /another worker/)
  await waitUntil('it has read from the start again', async () => {
    const report = await worker.tails().catch(() => undefined)
    return report?.partitions[0]?.base === '0' && report.partitions[0].end === '2'
  })
  await worker.flush()
  assert.deepEqual(
    (await bench.rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1],
  )
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read, lost }) => [next, read, lost]),
    [['2', '2', []]],
  )
})

void test('rule 2: files of a commit that landed unanswered, was rolled back and expired are never named again', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(0)])
  await readUpTo(worker, 1)
  await worker.flush()
  log.append(0, [good(1)])
  await readUpTo(worker, 2)
  const { current, property, snapshots } = table
  const kept = [...snapshots]
  const commit = table.commit.bind(table)
  let isFirst = true
  table.commit = async (view, request) => {
    const outcome = await commit(view, request)
    if (!isFirst || outcome.kind !== 'landed') return outcome
    isFirst = false
    Object.assign(table, { current, property, snapshots: kept })
    for (const { location } of request.files) rmSync(location)
    return { kind: 'unknown', snapshotId: outcome.snapshotId, reason: 'no answer' }
  }
  await assert.rejects(worker.flush(), /without an answer/)
  await readUpTo(worker, 2)
  await worker.flush()
  assert.deepEqual(
    (await bench.rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1],
  )
})
