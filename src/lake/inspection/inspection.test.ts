import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { withCompactedLake, type CompactedLake } from '../../../test/support/compacted-lake.ts'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { committedTable, createCommittedTable } from '../../../test/support/lake-commits.ts'
import { manifestReader } from '../manifest/manifest-reader.ts'
import { currentSnapshot } from '../metadata/read.ts'
import { fileColumns } from './file-columns.ts'
import { listFiles, type FileQuery } from './list-files.ts'
import { listPartitions, type PartitionQuery } from './list-partitions.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'region', type: 'string' },
  { name: 'at', type: 'timestamp' },
] as const
const partition = [
  { 'source-id': 2, name: 'region', transform: 'identity' },
  { 'source-id': 3, name: 'at_day', transform: 'day' },
]
const rows = (from: number, to: number, region: string, day: string) =>
  `SELECT i AS id, ${region} AS region, TIMESTAMP '${day} 10:00' AS at FROM range(${from}, ${to}) r(i)`

const compareText = (a: string, b: string): number => (a < b ? -1 : 1)

const filesOf = async (lake: CompactedLake, query: Partial<FileQuery>) => {
  const { metadata } = await lake.load()
  return listFiles(metadata, currentSnapshot(metadata), { order: 'path', limit: 100, ...query }, lake.context)
}
const partitionsOf = async (lake: CompactedLake, query: Partial<PartitionQuery>) => {
  const { metadata } = await lake.load()
  const whole = { order: 'partition' as const, limit: 100, ...query }
  return listPartitions(metadata, currentSnapshot(metadata), whole, lake.context)
}

void test('files and partitions are counted with their deletes, and paged in any order without a gap', () =>
  withCompactedLake(columns, { partition }, async (lake) => {
    await lake.append(rows(0, 10, `'a/b'`, '2026-01-01'))
    await lake.append(rows(10, 14, `'a/b'`, '2026-01-01'))
    await lake.append(rows(14, 20, 'NULL', '1969-12-31'))
    const { dataFiles } = await lake.scan()
    const oldest = dataFiles.find(({ recordCount }) => recordCount === 10)!
    await lake.remove([
      { location: oldest.location, position: 3 },
      { location: oldest.location, position: 7 },
    ])

    const all = await filesOf(lake, {})
    assert.equal(all.next, null)
    assert.deepEqual(
      all.items.map(({ content, partition: of, rows: count }) => `${content} ${of} ${count}`).toSorted(compareText),
      [
        'data region=a%2Fb/at_day=2026-01-01 10',
        'data region=a%2Fb/at_day=2026-01-01 4',
        'data region=null/at_day=1969-12-31 6',
        'position-deletes region=a%2Fb/at_day=2026-01-01 2',
      ],
    )
    const { dataFiles: files, rows: counted, deleteFiles, deletes, smallFiles, sizes } = all.summary
    assert.deepEqual([files, counted, deleteFiles, deletes, smallFiles], [3, 20, 1, 2, 3])
    assert.equal(sizes.find(({ below }) => below === 65_536)?.files, 3)

    for (const order of ['path', 'bytes', 'rows', 'sequence'] as const) {
      const seen: string[] = []
      let after: FileQuery['after']
      do {
        const page = await filesOf(lake, { order, limit: 1, ...(after ? { after } : {}) })
        assert.deepEqual(page.summary, all.summary)
        seen.push(...page.items.map(({ path }) => path))
        after = page.next ?? undefined
      } while (after)
      assert.equal(new Set(seen).size, 4, order)
      const wanted = (await filesOf(lake, { order })).items.map(({ path }) => path)
      assert.deepEqual(seen, wanted, order)
    }
    assert.deepEqual(
      (await filesOf(lake, { order: 'rows', content: 'data' })).items.map(({ rows: count }) => count),
      [10, 6, 4],
    )
    assert.equal((await filesOf(lake, { partition: 'region=null/at_day=1969-12-31' })).items.length, 1)

    const { items, total } = await partitionsOf(lake, { order: 'deletes' })
    assert.equal(total, 2)
    const [first, second] = items
    assert.deepEqual(
      [first?.partition, first?.rows, first?.files, first?.deleteFiles, first?.positionDeletes],
      ['region=a%2Fb/at_day=2026-01-01', 14, 2, 1, 2],
    )
    assert.equal(first?.changedBy, all.items.find(({ content }) => content !== 'data')?.snapshot)
    const { metadata } = await lake.load()
    assert.equal(first?.changedAt, currentSnapshot(metadata)!['timestamp-ms'])
    const page = await partitionsOf(lake, { order: 'deletes', limit: 1 })
    assert.deepEqual((await partitionsOf(lake, { order: 'deletes', after: page.next! })).items, [second])
  }))

void test('a file shows the counts and bounds of its columns', () =>
  withCompactedLake(columns, {}, async (lake) => {
    await lake.append(rows(-2, 3, `CASE WHEN i < 2 THEN 'é' END`, '2026-01-01'))
    const { metadata } = await lake.load()
    const [file] = (await filesOf(lake, {})).items
    const snapshot = currentSnapshot(metadata)!
    const found = await fileColumns(metadata, snapshot, file!.path, lake.context)
    assert.deepEqual(
      found?.map(({ id, column, values, nulls, lower, upper }) => [id, column, values, nulls, lower, upper]),
      [
        [1, 'id', 5, 0, '-2', '2'],
        [2, 'region', 5, 1, 'é', 'é'],
        [3, 'at', 5, 0, '2026-01-01T10:00:00.000000', '2026-01-01T10:00:00.000000'],
      ],
    )
    assert.equal(await fileColumns(metadata, snapshot, 'file:///elsewhere', lake.context), undefined)
  }))

void test('a table without a snapshot has none of these, and deletes by value are counted', async () => {
  await using lake = await openLocalLake()
  let { metadata } = await createCommittedTable(lake)
  const context = { store: lake.store, reader: manifestReader(lake.store) }
  const none = await listFiles(metadata, undefined, { order: 'path', limit: 10 }, context)
  assert.deepEqual([none.snapshot, none.items, none.summary.dataFiles], [null, [], 0])
  const file = { specId: 0, format: 'PARQUET', partition: [], recordCount: 3, sizeBytes: 4 }
  const outcome = await lake.client.commitTable(
    committedTable,
    await commitFiles(lake.store, metadata, [
      { ...file, content: 'data', location: `${metadata.location}/data/1.parquet` },
      { ...file, content: 'equality-deletes', location: `${metadata.location}/data/2.parquet`, equalityIds: [1] },
    ]),
  )
  assert.ok(outcome.outcome === 'committed')
  ;({ metadata } = outcome.table)
  const { items } = await listPartitions(
    metadata,
    currentSnapshot(metadata),
    { order: 'partition', limit: 10 },
    context,
  )
  assert.deepEqual(
    items.map(({ partition: of, rows: count, equalityDeletes, positionDeletes }) => [
      of,
      count,
      equalityDeletes,
      positionDeletes,
    ]),
    [['', 3, 3, 0]],
  )
})
