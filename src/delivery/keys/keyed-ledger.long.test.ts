import assert from 'node:assert/strict'
import { test } from 'node:test'
import { haltOf, readUpTo } from '../../../test/support/delivery-bench.ts'
import { keyedTable, openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { writeState } from '../commit/write-state.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'
import { replayDeadLetters } from '../letters/replay-letters.ts'
import { resumeDelivery } from '../operate/resume-delivery.ts'

const upsert = (id: number, name: string) => ({ key: `{"id":${id}}`, value: JSON.stringify({ id, name }) })
const bad = (id: number) => ({ key: `{"id":${id}}`, value: `{"id":${id},"name":5}` })
const remove = (id: number) => ({ key: `{"id":${id}}`, value: null })
const namesOf = async (bench: KeyedBench) =>
  (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`).toSorted()
const stateOf = async ({ table }: KeyedBench) => table.readState((await table.load()).state!)
const options = { format: 'json', onNewField: 'reject' } as const

for (const copyOnWriteBytes of [0, 16e6])
  void test(`verify proves a table with a key, below ${copyOnWriteBytes} bytes by copy on write`, async () => {
    await using bench = await openKeyedBench({ copyOnWriteBytes, partitions: 2 })
    const worker = await bench.start()
    bench.log.appendKeyed(0, [upsert(2, 'a'), upsert(4, 'b'), bad(6), upsert(2, 'c')])
    bench.log.appendKeyed(1, [upsert(1, 'a'), remove(3)])
    await bench.deliver(worker)
    bench.log.appendKeyed(0, [remove(4), upsert(6, 'd'), upsert(2, 'e')])
    await bench.deliver(worker)
    const { verdict, rows, partitions } = await verifyDelivery(bench.ports)
    assert.deepEqual([verdict, rows, partitions.flatMap(({ findings }) => findings)], ['proven', '3', []])
  })

void test('verify sees a key twice, a row of an older record, and a key that lost its row', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  const { table } = bench
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'old'), upsert(2, 'b')])
  await bench.deliver(worker)
  const [before] = (await bench.scan()).dataFiles
  bench.log.appendKeyed(0, [upsert(1, 'new')])
  await bench.deliver(worker)
  const view = await table.load()
  const files = await table.rowChanges.files(view)
  const younger = files.find(({ location }) => location !== before!.location)!
  // What deliveries with an error would commit: the deletes of the old row are lost, then rows.
  const state = async () => writeState(table, await stateOf(bench))
  const deletes = new Set(files.flatMap((file) => file.deletes.map(({ id }) => id)))
  await table.commit(view, { files: [], removed: await table.rowChanges.removed(view, deletes), state: await state() })
  const twice = await verifyDelivery(bench.ports)
  assert.equal(twice.verdict, 'violated')
  assert.match(
    twice.partitions[0]!.findings.join('; '),
    /later record; the table has keys twice: 1; the table has 3 rows, its state says 2/,
  )
  const next = await table.load()
  const removed = await table.rowChanges.removed(next, new Set([younger.location]))
  await table.commit(next, { files: [], removed, state: await state() })
  const older = await verifyDelivery(bench.ports)
  assert.match(older.partitions[0]!.findings.join('; '), /rows at offsets 0 whose keys have a later record/)
  const last = await table.load()
  await table.commit(last, {
    files: [],
    removed: await table.rowChanges.removed(last, new Set([before!.location])),
    state: await state(),
  })
  const none = await verifyDelivery(bench.ports)
  assert.equal(none.verdict, 'violated')
  assert.match(none.partitions[0]!.findings.join('; '), /lacks the rows of the records at offsets 1, 2/)
})

void test('verify cannot tell what the stream no longer has', async () => {
  await using bench = await openKeyedBench()
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a')])
  bench.log.appendKeyed(0, [upsert(2, 'b')])
  await bench.deliver(worker)
  bench.log.truncate(0, 1)
  const { verdict, partitions } = await verifyDelivery(bench.ports)
  assert.equal(verdict, 'cannot tell')
  assert.match(partitions[0]!.findings[0]!, /of 1 rows the stream no longer has the record/)
})

void test('INV-K6: a replay overwrites no newer row and brings back no deleted key; others it applies', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(4, 'before')])
  await bench.deliver(worker)
  // They fit once the column is text; bytes of the first are a number now.
  bench.log.appendKeyed(0, [bad(1), bad(2), bad(3), bad(4), upsert(1, 'newer'), upsert(2, 'gone'), remove(2)])
  await bench.deliver(worker)
  await worker.stop(5000)
  assert.deepEqual(await namesOf(bench), ['1 newer', '4 before'])
  assert.equal((await replayDeadLetters(bench.ports, options)).replayed, 0)
  const { letterFiles } = await stateOf(bench)
  const text = (await bench.table.get(letterFiles[0]!.path)).toString()
  // As after a change of the table that lets them in: the value of each is what would fit.
  const mended = text.replaceAll(/"value":"([^"]+)"/g, (_, value: string) => {
    const fits = Buffer.from(value, 'base64').toString().replace('"name":5', '"name":"replayed"')
    return `"value":"${Buffer.from(fits).toString('base64')}"`
  })
  const ports = { ...bench.ports, table: { ...bench.table, get: async () => Buffer.from(mended) } }
  const { replayed, rejected } = await replayDeadLetters(ports, options)
  assert.deepEqual([replayed, rejected], [4, []])
  assert.deepEqual(await namesOf(bench), ['1 newer', '3 replayed', '4 replayed'])
  const { entries, rows } = await stateOf(bench)
  const { read, delivered, rejected: left, applied } = entries[0]!
  assert.deepEqual([read, delivered, left, rows], ['9', '9', '0', '3'])
  assert.deepEqual(applied, { upserts: '5', deletes: '1', superseded: '3' })
  assert.equal((await verifyDelivery(bench.ports)).verdict, 'proven')
})

void test('a letter stays where the stream no longer tells whether its key was deleted', async () => {
  await using bench = await openKeyedBench()
  const worker = await bench.start()
  bench.log.appendKeyed(0, [bad(1)])
  bench.log.appendKeyed(0, [upsert(1, 'x'), remove(1)])
  bench.log.appendKeyed(0, [upsert(2, 'b')])
  await bench.deliver(worker)
  bench.log.truncate(0, 3)
  const { letterFiles } = await stateOf(bench)
  const text = (await bench.table.get(letterFiles[0]!.path)).toString()
  const value = Buffer.from('{"id":1,"name":"back"}').toString('base64')
  const mended = Buffer.from(text.replace(/"value":"[^"]+"/, `"value":"${value}"`))
  const ports = { ...bench.ports, table: { ...bench.table, get: async () => mended } }
  const { replayed, rejected } = await replayDeadLetters(ports, options)
  assert.deepEqual([replayed, rejected.map(({ code }) => code)], [0, ['WEIR-5034']])
  assert.deepEqual(await namesOf(bench), ['2 b'])
})

void test('a table that was rolled back asks; delivered again it has the same rows, and going on is refused', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  const { client } = bench.lake
  let worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b')])
  await bench.deliver(worker)
  const { metadata } = await client.loadTable(keyedTable)
  bench.log.appendKeyed(0, [upsert(1, 'c'), remove(2), upsert(3, 'd')])
  await bench.deliver(worker)
  const id = metadata['current-snapshot-id']!
  await client.commitTable(keyedTable, {
    requirements: [],
    updates: [{ action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': id, type: 'branch' }],
  })
  bench.log.appendKeyed(0, [upsert(4, 'e')])
  await readUpTo(worker, 6)
  await worker.flush().catch(() => undefined)
  assert.equal((await haltOf(worker)).code, 'WEIR-5010')
  await worker.stop(1000)
  await assert.rejects(resumeDelivery(bench.ports, 'go-on'), { code: 'WEIR-5033', message: /deliver-again/ })
  await resumeDelivery(bench.ports, 'deliver-again')
  worker = await bench.start()
  await bench.deliver(worker)
  assert.deepEqual(await namesOf(bench), ['1 c', '3 d', '4 e'])
  const { verdict, partitions } = await verifyDelivery(bench.ports)
  assert.deepEqual([verdict, partitions.flatMap(({ findings }) => findings)], ['proven', []])
})
