import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveryBench, good, readUpTo } from '../../../test/support/delivery-bench.ts'
import type { FolderTable } from '../../../test/support/delivery-table.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'

const bench = deliveryBench()
const stateOf = (table: FolderTable) => table.readState(table.property!)

void test('rows are visible as tail, then committed once, with counts', async () => {
  const { log, table, start } = bench.world()
  log.append(0, [good(1), '{"id":"x"}', good(2), null, Buffer.from('{"name":"\xff"}', 'latin1'), good(3)])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const tail = await readUpTo(worker, 6)
  assert.deepEqual(tail.partitions, [{ partition: 0, base: '0', end: '6', ready: true }])
  assert.deepEqual(
    (await bench.rowsIn(tail.segments.map(({ path }) => path))).map((row) => Number(row['_offset'])),
    [0, 2, 5],
  )
  const { snapshotId } = await worker.flush()
  assert.equal(snapshotId, table.current)
  assert.deepEqual(
    (await bench.rowsOf(table)).map((row) => [Number(row['id']), row['name']]),
    [
      [1, 'n1'],
      [2, 'n2'],
      [3, 'n3'],
    ],
  )
  const { entries, letterFiles } = await stateOf(table)
  assert.deepEqual(
    entries.map(({ next, read, delivered, rejected }) => ({ next, read, delivered, rejected })),
    [{ next: '6', read: '6', delivered: '3', rejected: '3' }],
  )
  const letters = (await table.get(letterFiles[0]!.path))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.deepEqual(
    letters.map(({ offset, code }) => [offset, code]),
    [
      ['1', 'WEIR-5001'],
      ['3', 'WEIR-5006'],
      ['4', 'WEIR-5002'],
    ],
  )
  assert.deepEqual(Buffer.from(letters[2]!['value'] as string, 'base64'), Buffer.from('{"name":"\xff"}', 'latin1'))
  const after = await worker.tails()
  assert.deepEqual([after.segments, after.partitions], [[], [{ partition: 0, base: '6', end: '6', ready: true }]])
})

void test('a second worker goes on where the state ends; a block of nothing but rejects is a commit', async () => {
  const { log, table, start } = bench.world()
  log.append(0, [good(1)], 'zstd')
  const first = await start()
  await first.assign({ epoch: 1, partitions: [0] })
  await readUpTo(first, 1)
  await first.stop(10_000)
  log.append(0, ['no json'], 'gzip')
  const second = await start()
  await second.assign({ epoch: 2, partitions: [0] })
  await readUpTo(second, 2)
  const { snapshotId } = await second.flush()
  assert.equal(snapshotId, table.current)
  assert.equal((await bench.rowsOf(table)).length, 1)
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read, rejected }) => [next, read, rejected]),
    [['2', '2', '1']],
  )
})

void test('ignored fields, CSV, and records of 20 MB', async () => {
  const ignoring = bench.world({ onNewField: 'ignore', flushBytes: 8e6 })
  const worker = await ignoring.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const large = JSON.stringify({ id: 9, other: [1, { a: null }], name: 'é'.repeat(10_000_000) })
  ignoring.log.append(0, ['{"id":1,"other":{"a":[1,2]}}', large])
  ignoring.log.append(0, [good(2)])
  await readUpTo(worker, 3)
  await worker.flush()
  const rows = await bench.rowsOf(ignoring.table)
  assert.deepEqual(
    rows.map((row) => [Number(row['id']), (row['name'] as string | null)?.length]),
    [
      [1, undefined],
      [9, 10_000_000],
      [2, 2],
    ],
  )
  const csv = bench.world({ format: 'csv' })
  const reader = await csv.start()
  await reader.assign({ epoch: 1, partitions: [0] })
  csv.log.append(0, ['1,"a ""b"""\r\n', '2,', 'x,y', '3', '4,é'])
  await readUpTo(reader, 5)
  await reader.flush()
  assert.deepEqual(
    (await bench.rowsOf(csv.table)).map((row) => [Number(row['id']), row['name']]),
    [
      [1, 'a "b"'],
      [2, null],
      [4, 'é'],
    ],
  )
})

void test('many small tails are merged, and a commit of many files has every row once', async () => {
  const { log, table, start } = bench.world()
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  for (let id = 0; id < 40; id++) {
    log.append(0, [good(id)])
    const report = await readUpTo(worker, id + 1)
    assert.ok(report.segments.length <= 15, `${report.segments.length} segments`)
    assert.equal(
      report.segments.reduce((sum, { rows }) => sum + rows, 0),
      id + 1,
    )
  }
  await worker.flush()
  assert.equal((await bench.rowsOf(table)).length, 40)
})

void test('a flush that does not get through says why before it is tired of waiting, and what was accepted is committed later', async () => {
  const { log, table, start } = bench.world()
  log.append(0, [good(1), good(2)])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await readUpTo(worker, 2)
  table.nextCommits.push(...Array.from({ length: 1000 }, () => 'fail' as const))
  const began = performance.now()
  await assert.rejects(worker.flush(), { code: 'WEIR-5018', message: /cannot commit now: the catalog is not there/ })
  assert.ok(performance.now() - began < 20_000)
  table.nextCommits.length = 0
  await worker.flush()
  assert.equal((await bench.rowsOf(table)).length, 2)
})

void test('a flush happens by size and by age, without being asked', async () => {
  const { log, table, start } = bench.world({ flushBytes: 200_000, flushAgeMs: 300 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [good(1)])
  await waitUntil('age', () => table.commits >= 2)
  for (let batch = 0; batch < 20; batch++)
    log.append(
      0,
      Array.from({ length: 1000 }, (_, id) => good(id)),
    )
  await waitUntil('size', async () => (await stateOf(table)).entries[0]?.next === '20001')
  assert.equal((await bench.rowsOf(table)).length, 20_001)
})

void test('while commits fail the rows stay visible, reading stops at a bound, and then all is delivered once', async () => {
  // What is left below the size at the end is committed by its age.
  const { log, table, start } = bench.world({ flushBytes: 100_000, flushAgeMs: 500 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await waitUntil('it reads', () => worker.status().state === 'reading')
  table.nextCommits.push(...Array.from({ length: 4 }, () => 'fail' as const))
  for (let batch = 0; batch < 100; batch++)
    log.append(
      0,
      Array.from({ length: 1000 }, (_, id) => good(batch * 1000 + id)),
    )
  const full = await waitUntil('it is full', () => {
    const status = worker.status()
    return status.state === 'full' && status.failing !== null ? status : undefined
  })
  assert.ok(full.pendingBytes < 20_000_000)
  assert.match(full.failing ?? '', /catalog is not there/)
  const { segments } = await worker.tails()
  assert.ok((await bench.rowsIn(segments.map(({ path }) => path))).length > 0)
  await waitUntil('all is committed', async () => (await stateOf(table)).entries[0]?.next === '100000')
  const rows = await bench.rowsOf(table)
  assert.deepEqual([rows.length, new Set(rows.map((row) => row['_offset'])).size], [100_000, 100_000])
})

void test('a delivery that could not begin says so until it has begun, and not until the next record', async () => {
  const { table, start } = bench.world()
  const worker = await start()
  table.nextCommits.push('fail', 'fail')
  await worker.assign({ epoch: 1, partitions: [0] })
  await waitUntil('it cannot begin', () => worker.status().failing)
  await waitUntil('it reads', () => worker.status().state === 'reading')
  assert.equal(worker.status().failing, null)
})

void test('a worker whose commits fail stops within its deadline', async () => {
  const { log, table, start } = bench.world({ flushBytes: 1000 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await waitUntil('it reads', () => worker.status().state === 'reading')
  table.nextCommits.push(...Array.from({ length: 50 }, () => 'fail' as const))
  log.append(
    0,
    Array.from({ length: 1000 }, (_, id) => good(id)),
  )
  await waitUntil('commits fail', () => worker.status().failing)
  await worker.stop(50)
  assert.equal(worker.status().state, 'stopped')
})
