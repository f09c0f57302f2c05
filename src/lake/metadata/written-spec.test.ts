import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compactedTable, withCompactedLake } from '../../../test/support/compacted-lake.ts'
import { type LocalLake, openLocalLake } from '../../../test/support/local-lake.ts'
import { startWriteEngine } from '../../../test/support/write-engine.ts'
import { compactTable } from '../maintenance/compaction/compact-table.ts'
import { partitionPrinter } from '../inspection/partition-text.ts'
import { writtenSpec } from './written-spec.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'part', type: 'int' },
] as const
const partition = [{ 'source-id': 2, name: 'part', transform: 'identity' }]

/** Gives its partition field another transform, as a later version of the specification may have it. */
async function retransform({ catalog, client }: LocalLake, field: object): Promise<void> {
  const { metadataLocation } = await client.loadTable(compactedTable)
  const changed = metadataLocation.replace('.metadata.json', '-changed.metadata.json')
  const metadata = JSON.parse(await readFile(fileURLToPath(metadataLocation), 'utf8')) as {
    'partition-specs': { fields: readonly object[] }[]
  }
  for (const spec of metadata['partition-specs'])
    spec.fields = spec.fields.map((one) => ({ ...one, 'source-id': undefined, ...field }))
  await writeFile(fileURLToPath(changed), JSON.stringify(metadata))
  await client.dropTable(compactedTable)
  const { status, body } = await catalog.handle({
    method: 'POST',
    path: '/v1/namespaces/public/register',
    query: {},
    headers: {},
    body: JSON.stringify({ name: 't', 'metadata-location': changed }),
  })
  assert.equal(status, 200, body)
}

const later = [
  { transform: 'mystery[3]', 'source-id': 2 },
  { transform: 'bucket[4]', 'source-ids': [1, 2] },
]

for (const field of later)
  void test(`a table with the transform ${JSON.stringify(field)} is read, and compaction leaves it`, () =>
    withCompactedLake(columns, { partition, properties: { 'compaction.min-input-files': '2' } }, async (setting) => {
      for (const at of [0, 1, 2]) await setting.append(`SELECT ${at} AS id, i % 2 AS part FROM range(10) r(i)`)
      const before = await setting.digest()
      await retransform(setting.lake, field)
      const { metadata } = await setting.load()
      assert.equal(await setting.digest(), before)
      const { dataFiles } = await setting.scan()
      assert.match(partitionPrinter(metadata)(0, dataFiles[0]!.partition), /^part=[01]$/)
      const { groups } = await compactTable(compactedTable, setting.context)
      assert.deepEqual([groups, (await setting.scan()).dataFiles.length], [[], 6])
      assert.throws(
        () => writtenSpec(metadata, 0),
        (error: Error) =>
          /partitioned by part, the transform (mystery\[3\] of part|bucket\[4\] of id and part), which Weir does not know/.test(
            error.message,
          ),
      )
      await assert.rejects(setting.append('SELECT 5 AS id, 1 AS part'))
      assert.equal(await setting.digest(), before)
    }))

void test('a transform whose one column is listed as several are is that of the column', () =>
  withCompactedLake(columns, { partition, properties: { 'compaction.min-input-files': '2' } }, async (setting) => {
    for (const at of [0, 1, 2]) await setting.append(`SELECT ${at} AS id, i % 2 AS part FROM range(10) r(i)`)
    await retransform(setting.lake, { transform: 'identity', 'source-ids': [2] })
    await setting.append('SELECT 5 AS id, 1 AS part')
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.equal(groups.length, 2)
  }))

void test('the catalog takes no transform of several columns', () =>
  withCompactedLake(columns, {}, async (setting) => {
    const several = { 'source-ids': [1, 2], name: 'both', transform: 'bucket[4]' } as never
    const refused =
      /partition field both is the transform bucket\[4\] of the columns 1, 2; a transform takes one column/
    await assert.rejects(
      setting.commit({ requirements: [], updates: [{ action: 'add-spec', spec: { fields: [several] } }] }),
      refused,
    )
    const schema = {
      type: 'struct',
      'schema-id': 0,
      fields: [{ id: 1, name: 'id', required: false, type: 'int' }],
    } as const
    await assert.rejects(
      setting.lake.client.createTable(['public'], { name: 'u', schema, partition: [several] }),
      refused,
    )
  }))

void test('SQL reads such a table, whatever is asked for, and says why it is not written to', async () => {
  const lake = await openLocalLake()
  await using engine = await startWriteEngine({}, lake)
  await engine.table('t', { columns, partition })
  const client = await engine.client()
  for (const at of [0, 1, 2, 3, 4]) await client.query(`insert into t select ${at}, i % 2 from range(10) r(i)`)
  await retransform(lake, later[1]!)
  const { rows } = await client.query('select count(*)::int as n, sum(part)::int as s from t where part = 1 and id = 2')
  assert.deepEqual(rows, [{ n: 5, s: 5 }])
  for (const text of [`insert into t values (1, 1)`, `update t set id = 0`, `delete from t`, `truncate t`])
    await assert.rejects(client.query(text), {
      code: '0A000',
      message: /^public\.t is not written to\. .*bucket\[4\] of id and part/,
    })
})
