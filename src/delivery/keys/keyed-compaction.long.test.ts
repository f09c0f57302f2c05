import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { rowEngine } from '../../../test/support/compacted-lake.ts'
import { keyedTable, openKeyedBench } from '../../../test/support/keyed-bench.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { compactTable } from '../../lake/maintenance/compaction/compact-table.ts'
import { manifestReader } from '../../lake/manifest/manifest-reader.ts'
import { verifyDelivery } from '../ledger/verify-delivery.ts'

void test('compaction beside a keyed delivery moves rows, and the index follows: each key keeps its last record', async () => {
  const random = seededRandom(77)
  await using bench = await openKeyedBench({ copyOnWriteBytes: 0, partitions: 2 })
  const { lake, db } = bench
  const { store, client } = lake
  const context = {
    client,
    store,
    reader: manifestReader(store),
    engine: rowEngine(db),
    folder: join(lake.folder, 'spill'),
  }
  const worker = await bench.start()
  const expected = new Map<number, string>()
  let compacted = 0
  for (let round = 0; round < 30; round++) {
    for (const partition of [0, 1])
      bench.log.appendKeyed(
        partition,
        Array.from({ length: 30 }, (_, at) => {
          const id = random.pick(100) * 2 + partition
          const key = `{"id":${id}}`
          if (random.pick(5) === 0) return (expected.delete(id), { key, value: null })
          expected.set(id, `${round}/${at}`)
          return { key, value: JSON.stringify({ id, name: `${round}/${at}` }) }
        }),
      )
    // Now before the commit, now after it, now at the same time: the commit of one of them is a conflict for the other.
    const compact = async (): Promise<void> => {
      compacted += (await compactTable(keyedTable, context)).groups.length
    }
    const order = random.pick(4)
    if (order === 0) await compact()
    await Promise.all([bench.deliver(worker), ...(order === 1 ? [compact()] : [])])
    if (order === 2) await compact()
    const found = (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`)
    assert.deepEqual(found.toSorted(), [...expected].map(([id, name]) => `${id} ${name}`).toSorted(), `round ${round}`)
  }
  assert.ok(compacted >= 3, `${compacted} compactions`)
  const { verdict, partitions } = await verifyDelivery(bench.ports)
  assert.deepEqual([verdict, partitions.flatMap(({ findings }) => findings)], ['proven', []])
})

for (const formatVersion of [2, 3] as const)
  void test(`version ${formatVersion}: compaction ends beside a delivery that commits each time before it could: it takes the newer deletes along`, async () => {
    const random = seededRandom(7 + formatVersion)
    await using bench = await openKeyedBench({ copyOnWriteBytes: 0, partitions: 1, formatVersion })
    const { store, client, folder } = bench.lake
    const worker = await bench.start()
    const expected = new Map<number, string>()
    let flushes = 0
    const flush = async (keys: number, removes = 4): Promise<void> => {
      flushes++
      bench.log.appendKeyed(
        0,
        Array.from({ length: keys }, () => {
          const id = random.pick(400)
          const key = `{"id":${id}}`
          if (random.pick(removes) === 0) return (expected.delete(id), { key, value: null })
          expected.set(id, `flush ${flushes}`)
          return { key, value: JSON.stringify({ id, name: `flush ${flushes}` }) }
        }),
      )
      await bench.deliver(worker)
    }
    const own = rowEngine(bench.db)
    let during = 0
    const engine: typeof own = {
      async query(sql, signal) {
        const rows = await own.query(sql, signal)
        // The group is written; and then, twice, what was deleted meanwhile has been found.
        const isWritten = sql.startsWith('COPY') && sql.includes('compact-')
        if (isWritten || (/bitstring_agg/.test(sql) && during % 3 !== 0)) {
          during++
          await flush(20)
        }
        return rows
      },
    }
    const context = { client, store, reader: manifestReader(store), engine, folder: join(folder, 'spill') }
    for (let round = 0; round < 2; round++) {
      for (let at = 0; at < 12; at++) await flush(15, 1000)
      const before = (await bench.scan()).dataFiles.length
      during = 0
      const { groups, left } = await compactTable(keyedTable, context)
      assert.deepEqual([groups.length > 0, left], [true, []], `round ${round}`)
      assert.ok(during >= 3, `${during} flushes in the midst of it`)
      const scan = await bench.scan()
      assert.ok(scan.dataFiles.length < before, `${scan.dataFiles.length} files of ${before}`)
      const found = (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`)
      assert.deepEqual(
        found.toSorted(),
        [...expected].map(([id, name]) => `${id} ${name}`).toSorted(),
        `round ${round}`,
      )
    }
    const { verdict, partitions } = await verifyDelivery(bench.ports)
    assert.deepEqual([verdict, partitions.flatMap(({ findings }) => findings)], ['proven', []])
  })
