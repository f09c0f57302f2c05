import assert from 'node:assert/strict'
import { test } from 'node:test'
import { avroDataFile } from '../../../../test/support/avro-data-file.ts'
import { commitFiles } from '../../../../test/support/commit-files.ts'
import { compactedTable, withCompactedLake, type CompactedLake } from '../../../../test/support/compacted-lake.ts'
import { holdScanned } from '../../scan/hold-scanned.ts'
import { liveRowsSql } from '../../scan/live-rows.ts'
import { compactTable } from './compact-table.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'part', type: 'int' },
  { name: 'place', type: 'struct<city: string, zip: int>' },
] as const

/** Rows of one partition, as Spark writes them with `write.format.default=avro`. */
async function appendAvro(setting: CompactedLake, from: number, count: number, part: number): Promise<string> {
  const { metadata } = await setting.load()
  const records = Array.from({ length: count }, (_, at) => ({
    id: from + at,
    part,
    place: at % 3 === 0 ? null : { city: `city ${at}`, zip: at },
  }))
  const { store } = setting.lake
  const file = await avroDataFile(store, metadata, records, [part])
  await setting.commit(await commitFiles(store, metadata, [file]))
  return file.location
}

/** Each row with its number for life and what changed it last, by id. */
async function lineageOf(setting: CompactedLake): Promise<readonly unknown[]> {
  const { lake, db } = setting
  const [{ metadata }, live] = [await setting.load(), await setting.scan()]
  const { pathOf, release } = await holdScanned([...live.dataFiles, ...live.deleteFiles], lake.store)
  const sql = liveRowsSql(live, { schemas: metadata.schemas, pathOf, lineage: true })
  const read = await db.runAndReadAll(
    `SELECT now_id, _row_id, _last_updated_sequence_number FROM (${sql}) ORDER BY now_id`,
  )
  release()
  return read.getRows()
}

for (const version of ['2', '3'])
  void test(`version ${version}: one file in Avro is written anew as Parquet, with its deletes applied and all rows as before`, () =>
    withCompactedLake(
      columns,
      {
        partition: [{ name: 'part', transform: 'identity', 'source-id': 2 }],
        properties: { 'format-version': version },
      },
      async (setting) => {
        const { lake, context } = setting
        const location = await appendAvro(setting, 0, 20, 1)
        await appendAvro(setting, 100, 7, 2)
        await setting.append(`SELECT 1000 + i AS id, 1 AS part, {'city': 'x', 'zip': 1} AS place FROM range(3) t(i)`)
        if (version === '2') await setting.remove([0, 4, 19].map((position) => ({ location, position })))
        const { metadata } = await setting.load()
        // What the fields are called now is not what the file calls them.
        const renamed = metadata.schemas[0]!.fields.map((field) => ({ ...field, name: `now_${field.name}` }))
        await setting.commit({
          requirements: [],
          updates: [
            {
              action: 'add-schema',
              schema: { ...metadata.schemas[0]!, fields: renamed },
              'last-column-id': metadata['last-column-id'],
            },
            { action: 'set-current-schema', 'schema-id': -1 },
          ],
        })
        const before = await setting.digest()
        const lineage = version === '3' ? await lineageOf(setting) : undefined
        assert.match(before, version === '2' ? /^27 / : /^30 /)
        const { groups, left } = await compactTable(compactedTable, context)
        assert.deepEqual([groups.length, left], [2, []])
        const { dataFiles, deleteFiles } = await setting.scan()
        assert.deepEqual(new Set(dataFiles.map(({ format }) => format)), new Set(['PARQUET']))
        assert.deepEqual(deleteFiles, [])
        assert.equal(await setting.digest(), before)
        if (lineage !== undefined) assert.deepEqual(await lineageOf(setting), lineage)
        assert.ok((await lake.store.size(location)) !== undefined, 'older snapshots still read it')
        assert.deepEqual((await compactTable(compactedTable, context)).groups, [])
      },
    ))

void test('a table that is not to be compacted keeps its files in Avro', () =>
  withCompactedLake(columns, { properties: { 'compaction.enabled': 'false' } }, async (setting) => {
    const { metadata } = await setting.load()
    const file = await avroDataFile(setting.lake.store, metadata, [{ id: 1, part: 1, place: null }])
    await setting.commit(await commitFiles(setting.lake.store, metadata, [file]))
    assert.deepEqual((await compactTable(compactedTable, setting.context)).groups, [])
    assert.match(await setting.digest(), /^1 /)
  }))
