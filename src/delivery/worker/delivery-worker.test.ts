import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { FolderTable } from '../../../test/support/delivery-table.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { literal } from '../../lake/types/duckdb-type.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import type { DeliveryWorkerConfig } from './delivery-worker.ts'
import { startDeliveryWorker } from './start-delivery-worker.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-delivery-'))
const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: root })
after(() => {
  duckdb.close()
  rmSync(root, { recursive: true, force: true })
})

const columns = [
  { name: 'id', type: 'long' },
  { name: 'name', type: 'string' },
]

function configOf(folder: string, more: Partial<DeliveryWorkerConfig>): DeliveryWorkerConfig {
  return {
    delivery: 'd',
    table: 'public.t',
    tailDirectory: join(folder, 'tail'),
    format: 'json',
    onNewField: 'reject',
    flushBytes: 64e6,
    flushAgeMs: 600_000,
    memoryLimitBytes: 5e8,
    threads: 1,
    ...more,
  }
}

let worlds = 0
async function world(context: TestContext, more: Partial<DeliveryWorkerConfig> = {}, table?: FolderTable) {
  const folder = join(root, String(++worlds))
  const log = new RecordLog()
  const target = table ?? new FolderTable(join(folder, 'table'), columns)
  const start = async (source = log) => {
    const ports = { source, table: target, files: nodeFiles, clock: systemClock, logger: silentLogger }
    const worker = await startDeliveryWorker(
      { ...configOf(folder, more), tailDirectory: join(folder, `tail-${++worlds}`) },
      ports,
    )
    context.after(() => worker.stop(0))
    return worker
  }
  return { folder, log, table: target, start }
}

type Absent = undefined | null | false
async function until<T>(what: string, look: () => T | Absent | Promise<T | Absent>): Promise<T> {
  const deadline = Date.now() + 15_000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await pause(10)
  }
}

async function rowsIn(paths: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (paths.length === 0) return []
  return duckdb.query(
    `SELECT * FROM read_parquet([${paths.map(literal).join(', ')}], union_by_name = true) ORDER BY _source_partition, _offset`,
  )
}

const rowsOf = async (table: FolderTable) => rowsIn((await (await table.load()).dataFiles()).paths)
const stateOf = async (table: FolderTable) => table.readState(table.property!)
const value = (id: number) => JSON.stringify({ id, name: `n${id}` })
type Worker = Awaited<ReturnType<typeof startDeliveryWorker>>
const readUpTo = (worker: Worker, offset: number, partition = 0) =>
  until(`offset ${offset} is in the tail`, async () => {
    const report = await worker.tails()
    const found = report.partitions.find((entry) => entry.partition === partition)
    return found && Number(found.end) >= offset && report
  })

void test('rows are visible as tail, then committed once, with counts', async (context) => {
  const { log, table, start } = await world(context)
  log.append(0, [value(1), '{"id":"x"}', value(2), null, Buffer.from('{"name":"\xff"}', 'latin1'), value(3)])
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const tail = await readUpTo(worker, 6)
  assert.deepEqual(tail.partitions, [{ partition: 0, base: '0', end: '6', ready: true }])
  assert.deepEqual(
    (await rowsIn(tail.segments.map(({ path }) => path))).map((row) => Number(row['_offset'])),
    [0, 2, 5],
  )
  const { snapshotId } = await worker.flush()
  assert.equal(snapshotId, table.current)
  assert.deepEqual(
    (await rowsOf(table)).map((row) => [Number(row['id']), row['name']]),
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

void test('a second worker goes on where the state ends; a block of nothing but rejects is a commit', async (context) => {
  const { log, table, start } = await world(context)
  log.append(0, [value(1)], 'zstd')
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
  assert.equal((await rowsOf(table)).length, 1)
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read, rejected }) => [next, read, rejected]),
    [['2', '2', '1']],
  )
})

void test('rule 2: a lost answer is settled by reading, a lost request is sent again, and nothing is twice', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  for (const [index, fate] of (['lose answer', 'lose request', 'conflict', 'fail'] as const).entries()) {
    log.append(0, [value(index)])
    await readUpTo(worker, index + 1)
    table.nextCommits.push(fate)
    await worker.flush()
    assert.deepEqual(
      (await rowsOf(table)).map((row) => Number(row['_offset'])),
      Array.from({ length: index + 1 }, (_, at) => at),
    )
  }
})

void test('rule 1: of two workers on one partition one delivers, the other reads anew from the state', async (context) => {
  const { log, table, start } = await world(context)
  const [stale, owner] = [await start(), await start()]
  await stale.assign({ epoch: 1, partitions: [0] })
  await owner.assign({ epoch: 2, partitions: [0] })
  log.append(0, [value(1), value(2)])
  await Promise.all([readUpTo(stale, 2), readUpTo(owner, 2)])
  await owner.flush()
  await assert.rejects(stale.flush(), /another worker/)
  log.append(0, [value(3)])
  await until('the stale one has caught up', async () => {
    const report = await stale.tails().catch(() => undefined)
    return report?.partitions[0]?.base === '2' && report.partitions[0].end === '3'
  })
  await stale.flush()
  assert.deepEqual(
    (await rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1, 2],
  )
})

void test('rule 1: workers with other partitions merge their states', async (context) => {
  const { table, start } = await world(context)
  const log = new RecordLog(undefined, 2)
  const workers = [await start(log), await start(log)]
  for (const [partition, worker] of workers.entries()) {
    await worker.assign({ epoch: partition + 1, partitions: [partition] })
    log.append(partition, [value(partition)])
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
  assert.equal((await rowsOf(table)).length, 2)
})

void test('rule 1: a block from before "deliver again" does not land on a partition without entry', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(0)])
  await readUpTo(worker, 1)
  await worker.flush()
  log.append(0, [value(1)])
  await readUpTo(worker, 2)
  const adopted = table.snapshots[0]!
  table.addSnapshot('again', [], adopted.summary)
  Object.assign(table, {
    snapshots: [adopted, { ...table.snapshots.at(-1)!, parent: adopted.id, files: [] }],
    property: adopted.summary,
  })
  await assert.rejects(worker.flush(), /another worker/)
  await until('it has read from the start again', async () => {
    const report = await worker.tails().catch(() => undefined)
    return report?.partitions[0]?.base === '0' && report.partitions[0].end === '2'
  })
  await worker.flush()
  assert.deepEqual(
    (await rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1],
  )
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read, lost }) => [next, read, lost]),
    [['2', '2', []]],
  )
})

void test('rule 2: files of a commit that landed unanswered, was rolled back and expired are never named again', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(0)])
  await readUpTo(worker, 1)
  await worker.flush()
  log.append(0, [value(1)])
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
    (await rowsOf(table)).map((row) => Number(row['_offset'])),
    [0, 1],
  )
})

void test('rule 4: a rollback stops the delivery and leaves the table alone', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1)])
  await readUpTo(worker, 1)
  const { snapshotId } = await worker.flush()
  log.append(0, [value(2)])
  await readUpTo(worker, 2)
  await worker.flush()
  table.current = snapshotId
  log.append(0, [value(3)])
  await readUpTo(worker, 3)
  await assert.rejects(worker.flush(), { code: 'WEIR-5010' })
  await until('the tail says so', async () => (await worker.tails()).halted?.code === 'WEIR-5010')
  assert.equal(table.current, snapshotId)
})

void test('rule 5: a state that is gone is never an empty one', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1)])
  await readUpTo(worker, 1)
  await worker.flush()
  table.property = undefined
  await worker.assign({ epoch: 2, partitions: [0] })
  await until('it has stopped', () => worker.status().halted?.code === 'WEIR-5011')
})

void test('rules 6 and 7: a log that ends early, retention and deletion stop the delivery, and name the offsets', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1), value(2)])
  await readUpTo(worker, 2)
  await worker.flush()
  const other = await start(new RecordLog(log.id))
  await other.assign({ epoch: 2, partitions: [0] })
  await until('it sees that the log is shorter', () => other.status().halted?.code === 'WEIR-5016')
  await worker.assign({ epoch: 3, partitions: [] })
  for (const id of [3, 4, 5, 6]) log.append(0, [value(id)])
  log.truncate(0, 4)
  await worker.assign({ epoch: 4, partitions: [0] })
  const halted = await until('it sees the hole', () => worker.status().halted)
  assert.equal(halted.code, 'WEIR-5012')
  assert.match(halted.reason, /offsets 2 to 3 of partition 0/)
  assert.equal((await rowsOf(table)).length, 2)
  log.isGone = true
})

void test('rule 10: a new column is added, and rows before and after it are all there', async (context) => {
  const { log, table, start } = await world(context, { onNewField: 'add column' })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1), '{"id":2,"extra":1.5,"tags":["a"]}', '{"id":3,"what":null}', '{"id":4,"extra":2}'])
  await readUpTo(worker, 4)
  await worker.flush()
  const rows = await rowsOf(table)
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

void test('rule 11: gaps between offsets are passed over', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1)])
  log.leaveGap(0, 5)
  log.append(0, [value(2)])
  await readUpTo(worker, 7)
  await worker.flush()
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, read }) => [next, read]),
    [['7', '2']],
  )
})

void test('ignored fields, CSV, and records of 20 MB', async (context) => {
  const ignoring = await world(context, { onNewField: 'ignore', flushBytes: 8e6 })
  const worker = await ignoring.start()
  await worker.assign({ epoch: 1, partitions: [0] })
  const large = JSON.stringify({ id: 9, other: [1, { a: null }], name: 'é'.repeat(10_000_000) })
  ignoring.log.append(0, ['{"id":1,"other":{"a":[1,2]}}', large])
  ignoring.log.append(0, [value(2)])
  await readUpTo(worker, 3)
  await worker.flush()
  const rows = await rowsOf(ignoring.table)
  assert.deepEqual(
    rows.map((row) => [Number(row['id']), (row['name'] as string | null)?.length]),
    [
      [1, undefined],
      [9, 10_000_000],
      [2, 2],
    ],
  )
  const csv = await world(context, { format: 'csv' })
  const reader = await csv.start()
  await reader.assign({ epoch: 1, partitions: [0] })
  csv.log.append(0, ['1,"a ""b"""\r\n', '2,', 'x,y', '3', '4,é'])
  await readUpTo(reader, 5)
  await reader.flush()
  assert.deepEqual(
    (await rowsOf(csv.table)).map((row) => [Number(row['id']), row['name']]),
    [
      [1, 'a "b"'],
      [2, null],
      [4, 'é'],
    ],
  )
})

void test('many small tails are merged, and a commit of many files has every row once', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  for (let id = 0; id < 40; id++) {
    log.append(0, [value(id)])
    const report = await readUpTo(worker, id + 1)
    assert.ok(report.segments.length <= 15, `${report.segments.length} segments`)
    assert.equal(
      report.segments.reduce((sum, { rows }) => sum + rows, 0),
      id + 1,
    )
  }
  await worker.flush()
  assert.equal((await rowsOf(table)).length, 40)
})

void test('a flush happens by size and by age, without being asked', async (context) => {
  const { log, table, start } = await world(context, { flushBytes: 200_000, flushAgeMs: 300 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1)])
  await until('age', () => table.commits >= 2)
  for (let batch = 0; batch < 20; batch++)
    log.append(
      0,
      Array.from({ length: 1000 }, (_, id) => value(id)),
    )
  await until('size', async () => (await stateOf(table)).entries[0]?.next === '20001')
  assert.equal((await rowsOf(table)).length, 20_001)
})

void test('while commits fail the rows stay visible, reading stops at a bound, and then all is delivered once', async (context) => {
  const { log, table, start } = await world(context, { flushBytes: 100_000 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await until('it reads', () => worker.status().state === 'reading')
  table.nextCommits.push(...Array.from({ length: 4 }, () => 'fail' as const))
  for (let batch = 0; batch < 100; batch++)
    log.append(
      0,
      Array.from({ length: 1000 }, (_, id) => value(batch * 1000 + id)),
    )
  const full = await until('it is full', () => {
    const status = worker.status()
    return status.state === 'full' && status.failing !== null && status
  })
  assert.ok(full.pendingBytes < 20_000_000)
  assert.match(full.failing ?? '', /catalog is not there/)
  const { segments } = await worker.tails()
  assert.ok((await rowsIn(segments.map(({ path }) => path))).length > 0)
  await until('all is committed', async () => (await stateOf(table)).entries[0]?.next === '100000')
  const rows = await rowsOf(table)
  assert.deepEqual([rows.length, new Set(rows.map((row) => row['_offset'])).size], [100_000, 100_000])
})

void test('rule 7: what was read before a hole is delivered, then the delivery stops', async (context) => {
  const { log, table, start } = await world(context)
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  log.append(0, [value(1)])
  await readUpTo(worker, 1)
  log.leaveGap(0, 5)
  log.truncate(0, 4)
  log.append(0, [value(2)])
  const halted = await until('it has stopped', () => worker.status().halted)
  assert.match(halted.reason, /offsets 1 to 3/)
  assert.deepEqual(
    (await stateOf(table)).entries.map(({ next, delivered }) => [next, delivered]),
    [['1', '1']],
  )
})

void test('rule 13: a new owner is ready when it has reached the end that it found', async (context) => {
  const { log, start } = await world(context)
  log.append(0, [value(1), value(2)])
  const worker = await start()
  await worker.assign({ epoch: 7, partitions: [0] })
  const first = await worker.tails()
  assert.equal(first.epoch, 7)
  for (const { end, ready } of first.partitions) assert.equal(ready, end === '2')
  assert.equal((await readUpTo(worker, 2)).partitions[0]!.ready, true)
})

void test('a worker whose commits fail stops within its deadline', async (context) => {
  const { log, table, start } = await world(context, { flushBytes: 1000 })
  const worker = await start()
  await worker.assign({ epoch: 1, partitions: [0] })
  await until('it reads', () => worker.status().state === 'reading')
  table.nextCommits.push(...Array.from({ length: 50 }, () => 'fail' as const))
  log.append(
    0,
    Array.from({ length: 1000 }, (_, id) => value(id)),
  )
  await until('commits fail', () => worker.status().failing)
  await worker.stop(50)
  assert.equal(worker.status().state, 'stopped')
})
