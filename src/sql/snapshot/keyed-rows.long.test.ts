import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { readUpTo } from '../../../test/support/delivery-bench.ts'
import { keyedTable, openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import type { TailReport } from '../engine-host.ts'
import { lakePlanner } from './lake-planner.ts'
import type { TablePlanner } from './table-plan.ts'

const columns = [
  { name: 'id', type: 'long', required: true },
  { name: 'name', type: 'string', required: false },
]
const relation = { schema: 'public', name: 't', columns }

/** What a query shows with these tails, of the table as it is now. */
async function shown(bench: KeyedBench, planner: TablePlanner, tails: readonly TailReport[], from = 't') {
  const { metadataLocation } = await bench.lake.client.loadTable(keyedTable)
  const plan = await planner.plan(
    relation,
    { schema: 'public', name: 't', metadataLocation, tails, notices: [] },
    async () => undefined,
  )
  if (plan === 'stale') return 'stale'
  const read = await bench.db.runAndReadAll(`WITH t AS (${plan.sql}) SELECT id, name FROM ${from} ORDER BY id`)
  await plan.release()
  return read.getRows().map(([id, name]) => `${String(id)} ${String(name)}`)
}

const upsert = (id: number, name: string, timestamp = 0) => ({
  key: `{"id":${id}}`,
  value: JSON.stringify({ id, name }),
  timestamp,
})
const remove = (id: number) => ({ key: `{"id":${id}}`, value: null })
const plannerOf = ({ lake }: KeyedBench) =>
  lakePlanner({ objects: lake.store, linkDirectory: join(lake.folder, 'links') })

void test('INV-K5: a row of the tail takes the place of the committed one, and a delete hides it', async () => {
  await using bench = await openKeyedBench()
  const planner = plannerOf(bench)
  const worker = await bench.start()
  bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b'), upsert(3, 'c')])
  await bench.deliver(worker)
  bench.log.appendKeyed(0, [upsert(1, 'tail'), remove(2), upsert(4, 'new'), upsert(4, 'newer'), remove(5)])
  const tail = await readUpTo(worker, 8)
  assert.deepEqual(await shown(bench, planner, [tail]), ['1 tail', '3 c', '4 newer'])
  assert.deepEqual(await shown(bench, planner, [tail], `t WHERE name = 'b'`), [])
  assert.deepEqual(await shown(bench, planner, []), ['1 a', '2 b', '3 c'], 'the snapshot alone')
})

void test('of two partitions with the same key the later commit wins, and in the tail the later timestamp', async () => {
  await using bench = await openKeyedBench({ partitions: 2 })
  const planner = plannerOf(bench)
  const worker = await bench.start()
  bench.log.appendKeyed(1, [upsert(1, 'old place', 2000), upsert(2, 'late', 9000)])
  bench.log.appendKeyed(0, [upsert(1, 'x', 5000), upsert(1, 'new place', 1000), upsert(2, 'early', 8000)])
  await readUpTo(worker, 2, 1)
  const tail = await readUpTo(worker, 3, 0)
  // Of each partition the last by offset; of these the later.
  assert.deepEqual(await shown(bench, planner, [tail]), ['1 old place', '2 late'])
  await bench.deliver(worker)
  assert.deepEqual(await shown(bench, planner, []), ['1 old place', '2 late'])
  bench.log.appendKeyed(0, [upsert(2, 'moved', 1)])
  await bench.deliver(worker)
  assert.deepEqual(await shown(bench, planner, []), ['1 old place', '2 moved'])
})

void test('INV-K5: whenever a query comes, with a tail from before a commit or after it, it shows what a map has', async () => {
  const random = seededRandom(811)
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0, partitions: 2 })
  const planner = plannerOf(bench)
  const worker = await bench.start()
  const expected = new Map<number, string>()
  const ends = [0, 0]
  const check = async (tails: readonly TailReport[], when: string) =>
    assert.deepEqual(
      await shown(bench, planner, tails),
      [...expected].toSorted(([left], [right]) => left - right).map(([id, name]) => `${id} ${name}`),
      when,
    )
  for (let round = 0; round < 30; round++) {
    const partition = random.pick(2)
    const records = Array.from({ length: 1 + random.pick(20) }, (_, at) => {
      const id = random.pick(15) * 2 + partition
      if (random.pick(4) === 0) return (expected.delete(id), remove(id))
      expected.set(id, `${round}/${at}`)
      return upsert(id, `${round}/${at}`)
    })
    bench.log.appendKeyed(partition, records)
    ends[partition]! += records.length
    const tail = await readUpTo(worker, ends[partition]!, partition)
    await check([tail], `round ${round}, tail`)
    if (random.pick(3) > 0) continue
    await worker.flush()
    const after = await waitUntil('a tail after the commit', () => worker.tails())
    await check([after], `round ${round}, after the commit`)
    // Segments that have gone make a query ask again; those that are linked still are read beyond the offsets of the snapshot.
    if ((await shown(bench, planner, [tail])) !== 'stale') await check([tail], `round ${round}, the tail of before`)
  }
})
