import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { DuckDBConnection } from '@duckdb/node-api'
import { setTimeout as pause } from 'node:timers/promises'
import { FolderTable } from '../../../test/support/delivery-table.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { silentLogger } from '../../kernel/logger.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import { readLedger } from '../ledger/read-ledger.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { readDeadLetters } from '../letters/read-letters.ts'
import { replayDeadLetters } from '../letters/replay-letters.ts'
import { startDeliveryWorker } from '../worker/start-delivery-worker.ts'
import type { OperatorPorts } from './operator-ports.ts'
import { resumeDelivery } from './resume-delivery.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-operate-'))
let duckdb: Duckdb
let connection: DuckDBConnection
before(async () => {
  duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: root })
  connection = await duckdb.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
})
after(() => {
  connection.closeSync()
  duckdb.close()
  rmSync(root, { recursive: true, force: true })
})

let worlds = 0
function world() {
  const folder = join(root, String(++worlds))
  mkdirSync(folder)
  const columns = [
    { name: 'id', type: 'long' },
    { name: 'name', type: 'string' },
  ]
  const table = new FolderTable(join(folder, 'table'), columns)
  const log = new RecordLog()
  const ports: OperatorPorts = { table, source: log, connection, folder }
  return { folder, table, log, ports }
}
type World = ReturnType<typeof world>

/** Delivers all that the log has, as one commit. */
async function deliver({ folder, table, log }: World): Promise<void> {
  const config = {
    delivery: 'd',
    table: 'public.t',
    tailDirectory: join(folder, 'tail'),
    format: 'json',
    onNewField: 'reject',
    flushBytes: 64e6,
    flushAgeMs: 600_000,
    memoryLimitBytes: 5e8,
    threads: 1,
  } as const
  const ports = { source: log, table, files: nodeFiles, clock: systemClock, logger: silentLogger }
  const worker = await startDeliveryWorker(config, ports)
  await worker.assign({ epoch: ++worlds, partitions: [0] })
  const [bounds] = await log.bounds([0])
  const deadline = Date.now() + 10_000
  while (Number((await worker.tails()).partitions[0]?.end ?? -1) < bounds!.end) {
    assert.ok(Date.now() < deadline, JSON.stringify(worker.status()))
    await pause(10)
  }
  await worker.flush()
  await worker.stop(5000)
}

const good = (id: number) => JSON.stringify({ id, name: `n${id}` })
const bad = (id: number) => JSON.stringify({ id, nme: `n${id}` })
const entry = async (table: FolderTable) => {
  const [found] = (await readLedger(table)).entries
  return (
    found && {
      next: found.next,
      read: found.read,
      delivered: found.delivered,
      rejected: found.rejected,
      skipped: found.skipped,
      lost: found.lost,
    }
  )
}

void test('the ledger adds up, pending included, before and after a commit', async () => {
  const w = world()
  w.log.append(0, [good(1), bad(2)])
  const before = await readLedger(w.table, w.log, [0])
  assert.deepEqual(
    before.entries.map(({ read, pending }) => [read, pending]),
    [['0', '2']],
  )
  await deliver(w)
  w.log.append(0, [good(3)])
  const { entries, snapshotId } = await readLedger(w.table, w.log, [0])
  assert.equal(snapshotId, w.table.current)
  assert.deepEqual(
    entries.map(({ read, delivered, rejected, pending }) => [read, delivered, rejected, pending]),
    [['2', '1', '1', '1']],
  )
})

void test('verify proves rows, letters and gaps that the log names', async () => {
  const w = world()
  w.log.append(0, [good(1), bad(2), good(3)])
  w.log.leaveGap(0, 3)
  w.log.append(0, [good(4)])
  await deliver(w)
  const verification = await verifyDelivery(w.ports)
  assert.deepEqual(
    verification.partitions.map(({ rows, letters, findings }) => [rows, letters, findings]),
    [['3', '1', []]],
  )
  assert.equal(verification.verdict, 'proven')
  const without = await verifyDelivery({ ...w.ports, source: null })
  assert.equal(without.verdict, 'cannot tell')
  assert.match(without.partitions[0]!.findings[0]!, /offsets 3 to 5/)
})

void test('verify finds a planted duplicate and names it', async () => {
  const w = world()
  w.log.append(0, [good(1), good(2), good(3)])
  await deliver(w)
  const [file] = (await (await w.table.load()).dataFiles()).paths
  const copy = join(w.folder, 'copy.parquet')
  await duckdb.query(`COPY (FROM read_parquet('${file}') WHERE _offset = 1) TO '${copy}' (FORMAT parquet)`)
  w.table.addSnapshot('999', [copy])
  const { verdict, partitions } = await verifyDelivery(w.ports)
  assert.equal(verdict, 'violated')
  assert.match(partitions[0]!.findings[0]!, /rows twice: offsets 1$/)
})

void test('verify finds a planted gap and names it', async () => {
  const w = world()
  w.log.append(0, [good(1), good(2), good(3)])
  await deliver(w)
  const [file] = (await (await w.table.load()).dataFiles()).paths
  await duckdb.query(`COPY (FROM read_parquet('${file}') WHERE _offset <> 1) TO '${file}2' (FORMAT parquet)`)
  await duckdb.query(`COPY (FROM read_parquet('${file}2')) TO '${file}' (FORMAT parquet)`)
  const { verdict, partitions } = await verifyDelivery(w.ports)
  assert.equal(verdict, 'violated')
  assert.match(
    partitions[0]!.findings.join('\n'),
    /lacks records that the stream has: offsets 1\n.*2 rows, its state says 3/,
  )
  w.table.removals = 'some'
  assert.equal((await verifyDelivery(w.ports)).verdict, 'cannot tell')
})

void test('letters are listed by page and replayed once the table has the column', async () => {
  const w = world()
  w.log.append(0, [good(1), bad(2), bad(3), 'x', bad(4)])
  await deliver(w)
  const first = await readDeadLetters(w.table, {}, { limit: 3 })
  assert.deepEqual([first.letters.map(({ offset }) => offset), first.total], [['1', '2', '3'], 4])
  const second = await readDeadLetters(w.table, {}, { limit: 3, after: first.next })
  assert.deepEqual([second.letters.map(({ offset }) => offset), second.next], [['4'], null])
  assert.deepEqual(
    (await readDeadLetters(w.table, { code: 'WEIR-5002' })).letters.map(({ value }) => value),
    [Buffer.from('x').toString('base64')],
  )

  const options = { format: 'json', onNewField: 'reject' } as const
  const nothing = await replayDeadLetters(w.ports, options)
  assert.deepEqual([nothing.replayed, nothing.rejected.length, nothing.snapshotId], [0, 4, null])
  await w.table.addColumns(await w.table.load(), [{ name: 'nme', type: 'string' }])
  w.table.nextCommits.push('lose answer')
  const one = await replayDeadLetters(w.ports, options, { offset: '2' })
  assert.equal(one.replayed, 1)
  await assert.rejects(replayDeadLetters(w.ports, options, { offset: '2' }), { code: 'WEIR-5031' })
  const rest = await replayDeadLetters(w.ports, options)
  assert.deepEqual([rest.replayed, rest.rejected.map(({ offset }) => offset)], [2, ['3']])
  assert.equal((await replayDeadLetters(w.ports, options)).replayed, 0)
  assert.deepEqual(await entry(w.table), {
    next: '5',
    read: '5',
    delivered: '4',
    rejected: '1',
    skipped: '0',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

async function rolledBack(): Promise<World> {
  const w = world()
  w.log.append(0, [good(1), bad(2)])
  await deliver(w)
  const { current } = w.table
  w.log.append(0, [good(3), bad(4), good(5)])
  await deliver(w)
  w.table.current = current
  assert.equal((await verifyDelivery(w.ports)).verdict, 'violated')
  await assert.rejects(replayDeadLetters(w.ports, { format: 'json', onNewField: 'reject' }), { code: 'WEIR-5010' })
  return w
}

void test('after a rollback: deliver again', async () => {
  const w = await rolledBack()
  assert.ok(await resumeDelivery(w.ports, 'deliver-again'))
  assert.equal(await resumeDelivery(w.ports, 'deliver-again'), null)
  await deliver(w)
  assert.deepEqual(await entry(w.table), {
    next: '5',
    read: '5',
    delivered: '3',
    rejected: '2',
    skipped: '0',
    lost: '0',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('delivered again from before its first commit, a partition has lost what the stream has not any more', async () => {
  const w = await rolledBack()
  w.table.current = w.table.snapshots[0]!.id
  w.log.truncate(0, 2)
  assert.ok(await resumeDelivery(w.ports, 'deliver-again'))
  assert.deepEqual(await entry(w.table), {
    next: '0',
    read: '0',
    delivered: '0',
    rejected: '0',
    skipped: '0',
    lost: '0',
  })
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  await deliver(w)
  assert.deepEqual(await entry(w.table), {
    next: '5',
    read: '3',
    delivered: '2',
    rejected: '1',
    skipped: '0',
    lost: '2',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})

void test('nothing is delivered again while rows lie beyond where it would begin', async () => {
  const w = await rolledBack()
  const [file] = (await (await w.table.load()).dataFiles()).paths
  const copy = join(w.folder, 'copy.parquet')
  await duckdb.query(
    `COPY (SELECT * REPLACE (4 AS _offset) FROM read_parquet('${file}')) TO '${copy}' (FORMAT parquet)`,
  )
  w.table.addSnapshot('copied', [copy])
  await assert.rejects(resumeDelivery(w.ports, 'deliver-again'), {
    code: 'WEIR-5015',
    message: /up to offset 4.* at 2/,
  })
})

void test('after a rollback: go on, and what is gone is skipped', async () => {
  const w = await rolledBack()
  assert.ok(await resumeDelivery(w.ports, 'go-on'))
  w.log.append(0, [good(6)])
  await deliver(w)
  assert.deepEqual(await entry(w.table), {
    next: '6',
    read: '6',
    delivered: '4',
    rejected: '2',
    skipped: '2',
    lost: '0',
  })
  const verification = await verifyDelivery(w.ports)
  assert.deepEqual([verification.verdict, verification.rows], ['proven', '2'])
})

void test('an accepted loss is a range in the ledger, and the delivery goes on behind it', async () => {
  const w = world()
  w.log.append(0, [good(1)])
  await deliver(w)
  for (const id of [2, 3, 4]) w.log.append(0, [good(id)])
  w.log.truncate(0, 3)
  assert.ok(await resumeDelivery(w.ports, 'accept-loss'))
  assert.equal(await resumeDelivery(w.ports, 'accept-loss'), null)
  await deliver(w)
  assert.deepEqual(await entry(w.table), {
    next: '4',
    read: '2',
    delivered: '2',
    rejected: '0',
    skipped: '0',
    lost: '2',
  })
  assert.equal((await verifyDelivery(w.ports)).verdict, 'proven')
})
