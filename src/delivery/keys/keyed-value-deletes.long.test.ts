import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { rowEngine } from '../../../test/support/compacted-lake.ts'
import { readUpTo } from '../../../test/support/delivery-bench.ts'
import { keyedTable, openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { valueDeletes } from '../../../test/support/value-deletes.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { compactTable } from '../../lake/maintenance/compaction/compact-table.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'

const upsert = (id: number, name: string) => ({ key: `{"id":${id}}`, value: JSON.stringify({ id, name }) })
const namesOf = async (bench: KeyedBench) =>
  (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`).toSorted()

/** What Flink does. */
async function deleteByValue({ lake, db }: KeyedBench, id: number): Promise<void> {
  const table = await lake.client.loadTable(keyedTable)
  const { outcome } = await lake.client.commitTable(
    keyedTable,
    await valueDeletes(lake, db, table, `SELECT ${id}::BIGINT AS id`),
  )
  assert.equal(outcome, 'committed')
}

void test('copy on write applies what others delete by value', async () => {
  await using bench = await openKeyedBench()
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b'), upsert(3, 'c')])
  await bench.deliver(worker)
  await deleteByValue(bench, 2)
  bench.log.appendKeyed(0, [upsert(3, 'd'), upsert(4, 'e')])
  await bench.deliver(worker)
  assert.deepEqual(await namesOf(bench), ['1 a', '3 d', '4 e'])
  assert.deepEqual((await bench.scan()).deleteFiles, [])
})

void test('merge on read says why it waits for compaction to apply what others delete by value, and goes on then', async () => {
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0 })
  const { lake, db } = bench
  const worker = await bench.start()
  for (let at = 0; at < 6; at++) {
    bench.log.appendKeyed(0, [upsert(at, `first ${at}`)])
    await bench.deliver(worker)
  }
  await deleteByValue(bench, 2)
  bench.log.appendKeyed(0, [upsert(3, 'd'), upsert(9, 'e')])
  await readUpTo(worker, 8)
  const flushed = worker.flush()
  const failing = await waitUntil('the reason', async () => worker.status().failing ?? undefined)
  assert.match(failing, /deleted rows of the table .* by value.*weir compact/)
  const { store, client } = lake
  const ports = { engine: rowEngine(db), folder: join(lake.folder, 'spill') }
  const { groups } = await compactTable(keyedTable, { client, store, reader: manifestReader(store), ...ports })
  assert.ok(groups.length > 0)
  await flushed
  assert.deepEqual(await namesOf(bench), ['0 first 0', '1 first 1', '3 d', '4 first 4', '5 first 5', '9 e'])
})
