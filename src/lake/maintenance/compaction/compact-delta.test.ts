import assert from 'node:assert/strict'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compactedTable, withCompactedLake } from '../../../../test/support/compacted-lake.ts'
import { addAction, deltaLogOf } from '../../../../test/support/delta-log.ts'
import { removeOrphans } from '../remove-orphans.ts'
import { compactTable } from './compact-table.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'at', type: 'timestamptz' },
  { name: 'part', type: 'string' },
]
const table = {
  partition: [{ 'source-id': 3, transform: 'identity', name: 'part' }],
  properties: { 'weir.format': 'delta', 'compaction.min-input-files': '2' },
}

void test('files of a Delta table, those of other engines among them, become one in each partition by a commit that changes no row', () =>
  withCompactedLake(columns, table, async (setting) => {
    const { lake, db, context } = setting
    const at = `TIMESTAMPTZ '2024-01-01 00:00:00+00'`
    await setting.append(`SELECT range AS id, ${at} AS at, 'a' AS part FROM range(100)`)
    await setting.append(`SELECT range + 100 AS id, ${at} AS at, 'a' AS part FROM range(100)`)
    const log = deltaLogOf((await setting.load()).metadata)
    // Without ids, and without the column that its partition tells.
    mkdirSync(join(log.root, 'part=a b'), { recursive: true })
    for (const [name, from] of Object.entries({ 'part=a b/x': 200, 'part=a b/y': 300, z: 400 })) {
      await db.run(
        `COPY (SELECT (range + ${from})::BIGINT AS id, ${at} AS at FROM range(10)) TO '${log.root}/${name}.parquet' (FORMAT parquet)`,
      )
      const stats = JSON.stringify({ numRecords: 10 })
      const partitionValues = { part: name === 'z' ? 'a' : 'a b' }
      const { size } = statSync(join(log.root, `${name}.parquet`))
      assert.ok(log.append([addAction(encodeURI(`${name}.parquet`), { size, stats, partitionValues })]))
    }
    const before = await setting.digest()
    const versions = log.versions()
    const { groups, left } = await compactTable(compactedTable, context)
    assert.deepEqual([groups.length, left], [2, []])
    assert.equal(await setting.digest(), before)
    for (const version of log.versions().slice(versions.length)) {
      const [info, ...actions] = log.actions(version)
      assert.equal(info!['commitInfo']!['operation'], 'OPTIMIZE')
      for (const { add, remove } of actions) assert.equal((add ?? remove)!['dataChange'], false)
    }
    assert.equal((await log.files()).length, 2)
    const counted = await db.runAndReadAll(
      `SELECT count(*)::INT AS n, min(part) AS part FROM read_parquet([${log
        .replayed()
        .map((path) => `'${log.root}/${decodeURIComponent(path)}'`)
        .join(', ')}], hive_partitioning = false) GROUP BY part ORDER BY 2`,
    )
    assert.deepEqual(counted.getRowObjectsJson(), [
      { n: 210, part: 'a' },
      { n: 20, part: 'a b' },
    ])
    // The log is nobody's orphan, however old.
    const later = { ...context, now: () => Date.now() + 40 * 86_400_000 }
    await removeOrphans(compactedTable, later)
    assert.equal(log.versions().length, versions.length + 2)
    assert.equal(await setting.digest(), before)
    assert.ok((await lake.client.loadTable(compactedTable)).metadata)
  }))
