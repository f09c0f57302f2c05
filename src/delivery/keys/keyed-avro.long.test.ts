import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { avroDataFile } from '../../../test/support/avro-data-file.ts'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { keyedTable, openKeyedBench, type KeyedBench } from '../../../test/support/keyed-bench.ts'

const upsert = (id: number, name: string) => ({ key: `{"id":${id}}`, value: JSON.stringify({ id, name }) })
const remove = (id: number) => ({ key: `{"id":${id}}`, value: null })
const namesOf = async (bench: KeyedBench) =>
  (await bench.rows()).map(({ id, name }) => `${String(id)} ${String(name)}`).toSorted()

/** Rows of another engine's, in one file. */
async function appendAvro({ lake }: KeyedBench, ids: readonly number[]): Promise<void> {
  const { metadata } = await lake.client.loadTable(keyedTable)
  const nulls = { _source: null, _source_partition: null, _offset: null, _timestamp: null }
  const records = ids.map((id) => ({ id, name: `avro ${id}`, ...nulls }))
  const file = await avroDataFile(lake.store, metadata, records)
  const { outcome } = await lake.client.commitTable(keyedTable, await commitFiles(lake.store, metadata, [file]))
  assert.equal(outcome, 'committed')
}

for (const [way, copyOnWriteBytes, formatVersion, formats] of [
  ['copy on write', 16e6, 2, ['PARQUET']],
  ['merge on read', 0, 2, ['AVRO', 'PARQUET']],
  ['vectors of version 3', 0, 3, ['AVRO', 'PARQUET']],
] as const)
  void test(`rows that another engine wrote as Avro are changed and deleted by key, by ${way}`, async () => {
    await using bench = await openKeyedBench({ copyOnWriteBytes, formatVersion })
    const worker = await bench.start()
    bench.log.appendKeyed(0, [upsert(1, 'a'), upsert(2, 'b')])
    await bench.deliver(worker)
    // Blocks of three rows: places lie in all of them.
    await appendAvro(bench, [10, 11, 12, 13, 14, 15, 16])
    assert.deepEqual((await namesOf(bench)).length, 9)
    bench.log.appendKeyed(0, [upsert(16, 'c'), remove(10), remove(13), remove(2), upsert(20, 'd')])
    await bench.deliver(worker)
    const expected = ['1 a', '11 avro 11', '12 avro 12', '14 avro 14', '15 avro 15', '16 c', '20 d']
    assert.deepEqual(await namesOf(bench), expected)
    const { dataFiles } = await bench.scan()
    assert.deepEqual([...new Set(dataFiles.map(({ format }) => format))].toSorted(), formats)

    // Another worker without the index of the first reads the keys of all files.
    await worker.stop(0)
    await rm(join(bench.lake.folder, 'keys'), { recursive: true, force: true })
    await appendAvro(bench, [30, 31])
    const next = await bench.start()
    bench.log.appendKeyed(0, [remove(11), upsert(31, 'e'), upsert(10, 'back')])
    await bench.deliver(next)
    assert.deepEqual(await namesOf(bench), [
      ...['1 a', '10 back', '12 avro 12', '14 avro 14', '15 avro 15', '16 c', '20 d', '30 avro 30', '31 e'],
    ])
  })
