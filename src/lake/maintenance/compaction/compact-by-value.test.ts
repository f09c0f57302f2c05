import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compactedTable, withCompactedLake, type CompactedLake } from '../../../../test/support/compacted-lake.ts'
import { valueDeletes } from '../../../../test/support/value-deletes.ts'
import type { CatalogClient } from '../../client/catalog-client.ts'
import { currentSnapshot } from '../../metadata/read.ts'
import { compactTable } from './compact-table.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'city', type: 'string' },
]
const rows = (from: number, to: number): string =>
  `SELECT i AS id, 'city ' || (i % 3) AS city FROM range(${from}, ${to}) t(i)`

/** Deletes rows with these ids, and gives where the deletes are. */
async function deleteIds(setting: CompactedLake, ids: readonly number[]): Promise<string> {
  const { lake, db } = setting
  const before = new Set(await deletesOf(setting))
  const values = `SELECT unnest([${ids.join(', ')}])::BIGINT AS id`
  await setting.commit(await valueDeletes(lake, db, await setting.load(), values))
  return (await deletesOf(setting)).find((location) => !before.has(location))!
}

async function deletesOf(setting: CompactedLake): Promise<readonly string[]> {
  return (await setting.scan()).deleteFiles.map(({ location }) => location)
}

void test('deletes by value are applied and counted, and go once they touch nothing more', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at * 10, at * 10 + 10))
    await deleteIds(setting, [3, 13, 999])
    await setting.append(rows(50, 60))
    await deleteIds(setting, [14, 55])
    const digest = await setting.digest()
    assert.match(digest, /^56 /)
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(
      groups.map(({ filesBefore, filesAfter, deletedRows }) => [filesBefore, filesAfter, deletedRows]),
      [[8, 1, 4]],
    )
    assert.deepEqual([await setting.digest(), await deletesOf(setting)], [digest, []])
    const summary = currentSnapshot((await setting.load()).metadata)!.summary!
    assert.deepEqual([summary['removed-equality-delete-files'], summary['total-equality-deletes']], ['2', undefined])
  }))

void test('a row deleted by position and by value is counted once, and one that came again stays', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at * 10, at * 10 + 10))
    const { dataFiles } = await setting.scan()
    const first = dataFiles.find(({ sequenceNumber }) => sequenceNumber === 1)!
    await setting.remove([{ location: first.location, position: 3 }])
    await deleteIds(setting, [3])
    await setting.append(rows(3, 4))
    const digest = await setting.digest()
    assert.match(digest, /^50 /)
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(
      groups.map(({ deletedRows }) => deletedRows),
      [1],
    )
    assert.deepEqual([await setting.digest(), await deletesOf(setting)], [digest, []])
  }))

void test('INV-M5: deletes by value that come while rows are written anew are for those rows too, and stay', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at * 10, at * 10 + 10))
    await deleteIds(setting, [1])
    let late: string | undefined
    let loads = 0
    const client: CatalogClient = {
      ...setting.lake.client,
      async loadTable(ident) {
        if (++loads === 2) late = await deleteIds(setting, [2, 3])
        return setting.lake.client.loadTable(ident)
      },
    }
    const { groups, left } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual([groups.length, left], [1, []])
    assert.match(await setting.digest(), /^47 /)
    const scan = await setting.scan()
    assert.deepEqual(
      scan.dataFiles.map(({ recordCount, sequenceNumber }) => [recordCount, sequenceNumber]),
      [[49, 6]],
    )
    assert.deepEqual(await deletesOf(setting), [late])
  }))

void test('after a rollback to before a delete by value the rows that it brought back stay', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at * 10, at * 10 + 10))
    const before = currentSnapshot((await setting.load()).metadata)!['snapshot-id']
    await deleteIds(setting, [1])
    const back = { action: 'set-snapshot-ref', 'ref-name': 'main', 'snapshot-id': before, type: 'branch' } as const
    let loads = 0
    const client: CatalogClient = {
      ...setting.lake.client,
      async loadTable(ident) {
        if (++loads === 2) await setting.commit({ requirements: [], updates: [back] })
        return setting.lake.client.loadTable(ident)
      },
    }
    const { groups } = await compactTable(compactedTable, { ...setting.context, client })
    assert.deepEqual(
      groups.map(({ deletedRows }) => deletedRows),
      [0],
    )
    assert.match(await setting.digest(), /^50 /)
  }))

void test('one value may be that of many rows: they are counted, however few the deletes are', () =>
  withCompactedLake(columns, { properties: { 'write.target-file-size-bytes': '100' } }, async (setting) => {
    await setting.append(rows(0, 30))
    const byCity = { id: 2, name: 'city' }
    const deletes = await valueDeletes(
      setting.lake,
      setting.db,
      await setting.load(),
      `SELECT 'city 1' AS city`,
      byCity,
    )
    await setting.commit(deletes)
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(
      groups.map(({ deletedRows }) => deletedRows),
      [10],
    )
  }))
