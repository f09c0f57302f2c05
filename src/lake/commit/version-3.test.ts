import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compactedTable, withCompactedLake, type CompactedLake } from '../../../test/support/compacted-lake.ts'
import { compactTable } from '../maintenance/compaction/compact-table.ts'
import { readManifestList } from '../manifest/manifest-list.ts'
import { currentSnapshot } from '../metadata/read.ts'
import { positionsOf } from '../puffin/positions.ts'
import { applicableDeletes } from '../scan/applicable-deletes.ts'
import { liveRowsSql } from '../scan/live-rows.ts'
import { withOlderVector, writeDeletionVectors } from '../write/deletion-vectors.ts'
import { commitRowChanges } from './commit-row-changes.ts'
import type { DataFile } from '../manifest/data-file.ts'

const columns = [
  { name: 'id', type: 'long' },
  { name: 'city', type: 'string' },
]
const version3 = { properties: { 'format-version': '3' } }
const rows = (from: number, to: number): string =>
  `SELECT i AS id, 'city ' || (i % 3) AS city FROM range(${from}, ${to}) t(i)`

/** Deletes rows by place in the file that holds them, all in one change; `added` comes with it. */
async function change(
  setting: CompactedLake,
  deleted: Readonly<Record<string, readonly number[]>>,
  options: { readonly older?: boolean; readonly added?: readonly DataFile[] } = {},
) {
  const { metadata } = await setting.load()
  const scan = await setting.scan()
  const touched = applicableDeletes(scan).filter(({ file }) => deleted[file.location] !== undefined)
  const vectors = touched.map((one) => {
    const positions = positionsOf(deleted[one.file.location]!)
    return options.older === false ? { dataFile: one.file, positions } : withOlderVector(one, positions)
  })
  const puffin = `${metadata.location}/data/${randomUUID()}.puffin`
  const deletes = await writeDeletionVectors(setting.lake.store, puffin, vectors)
  const tableUuid = metadata['table-uuid']
  const read = { snapshotId: scan.snapshot!['snapshot-id'] }
  const { added = [] } = options
  return commitRowChanges(
    [{ ident: compactedTable, change: { tableUuid, schemaId: 0, operation: 'delete', read, deletes, added } }],
    setting.context,
  )
}

function byFirst([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a).localeCompare(String(b))
}

/** Rows with their lineage, in the order of their ids. */
async function lineage(setting: CompactedLake): Promise<readonly (readonly [number, number | null, number | null])[]> {
  const { metadata } = await setting.load()
  const pathOf = (location: string) => fileURLToPath(location)
  const sql = liveRowsSql(await setting.scan(), { schemas: metadata.schemas, pathOf, lineage: true })
  const number = (value: unknown) => (value === null ? null : Number(value))
  const found = await setting.db.runAndReadAll(
    `SELECT id, _row_id, _last_updated_sequence_number FROM (${sql}) ORDER BY id`,
  )
  return found.getRows().map(([id, row, sequence]) => [Number(id), number(row), number(sequence)] as const)
}

async function fileOf(setting: CompactedLake, at: number): Promise<DataFile> {
  const files = (await setting.scan()).dataFiles.toSorted((a, b) => a.sequenceNumber - b.sequenceNumber)
  return files[at]!
}

async function summary(setting: CompactedLake, ...keys: readonly string[]): Promise<readonly (string | undefined)[]> {
  const found = currentSnapshot((await setting.load()).metadata)!.summary!
  return keys.map((key) => found[key])
}

void test('rows that are put into a table of version 3 have the next numbers, which manifests and snapshots state', () =>
  withCompactedLake(columns, version3, async (setting) => {
    await setting.append(rows(0, 10))
    await setting.append(rows(10, 13))
    assert.deepEqual(
      await lineage(setting),
      Array.from({ length: 13 }, (_, id) => [id, id, id < 10 ? 1 : 2]),
    )
    const { metadata } = await setting.load()
    const snapshot = currentSnapshot(metadata)!
    assert.deepEqual([snapshot['first-row-id'], snapshot['added-rows'], metadata['next-row-id']], [10, 3, 13])
    const manifests = await readManifestList(setting.lake.store, snapshot)
    assert.deepEqual(new Set(manifests.map(({ firstRowId }) => firstRowId)), new Set([0, 10]))
  }))

void test('a vector takes the place of the one before it, and leaves those of other files in the same Puffin file', () =>
  withCompactedLake(columns, version3, async (setting) => {
    for (const at of [0, 10]) await setting.append(rows(at, at + 10))
    const [one, two] = [await fileOf(setting, 0), await fileOf(setting, 1)]
    assert.equal((await change(setting, { [one.location]: [0], [two.location]: [9] })).kind, 'committed')
    assert.deepEqual(await summary(setting, 'added-dvs', 'added-position-deletes', 'total-delete-files'), [
      '2',
      '2',
      '2',
    ])
    assert.equal((await summary(setting, 'added-position-delete-files'))[0], undefined)
    assert.equal((await change(setting, { [one.location]: [1, 2] })).kind, 'committed')
    assert.deepEqual(await summary(setting, 'added-dvs', 'removed-dvs', 'total-position-deletes'), ['1', '1', '4'])
    const scan = await setting.scan()
    assert.deepEqual(
      scan.deleteFiles
        .map(({ referencedDataFile, recordCount }) => [referencedDataFile === one.location, recordCount])
        .toSorted(byFirst),
      [
        [false, 1],
        [true, 3],
      ],
    )
    assert.deepEqual(
      (await lineage(setting)).map(([id]) => id),
      [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
    )
    // Bytes of a vector, not of the file that holds many.
    const sizes = [...scan.dataFiles, ...scan.deleteFiles].map((file) => file.contentSizeBytes ?? file.sizeBytes)
    assert.deepEqual(await summary(setting, 'total-files-size'), [String(sizes.reduce((sum, size) => sum + size, 0))])
  }))

void test('a vector that lacks a row of the one before it would bring that row back: it is not committed', () =>
  withCompactedLake(columns, version3, async (setting) => {
    await setting.append(rows(0, 10))
    const one = await fileOf(setting, 0)
    await change(setting, { [one.location]: [0] })
    await assert.rejects(
      change(setting, { [one.location]: [1] }, { older: false }),
      /holds the rows of the one before it/,
    )
    assert.equal((await lineage(setting)).length, 9)
  }))

void test('rows keep their lineage when their files are written anew, again and again, and vectors are applied and go', () =>
  withCompactedLake(columns, version3, async (setting) => {
    for (let at = 0; at < 6; at++) await setting.append(rows(at * 10, at * 10 + 10))
    const [one, two] = [await fileOf(setting, 0), await fileOf(setting, 1)]
    await change(setting, { [one.location]: [0, 3], [two.location]: [9] })
    const before = await lineage(setting)
    const { groups } = await compactTable(compactedTable, setting.context)
    assert.deepEqual(
      groups.map(({ filesBefore, filesAfter, deletedRows }) => [filesBefore, filesAfter, deletedRows]),
      [[8, 1, 3]],
    )
    assert.deepEqual(await lineage(setting), before)
    assert.equal((await setting.scan()).deleteFiles.length, 0)
    assert.deepEqual(await summary(setting, 'operation', 'removed-dvs'), ['replace', '2'])
    // Rows of the file that was written anew, and of files that were not.
    const compacted = await fileOf(setting, 0)
    assert.ok(
      [...compacted.lowerBounds!.keys()].every((id) => id < 3),
      'bounds are of columns of the table',
    )
    for (let at = 6; at < 11; at++) await setting.append(rows(at * 10, at * 10 + 10))
    await change(setting, { [compacted.location]: [0] })
    const again = await lineage(setting)
    // Which row lies first in a file that was written anew is nobody's promise.
    const left = new Set(again.map(([id]) => id))
    assert.deepEqual(
      again.filter(([id]) => id < 60),
      before.filter(([id]) => left.has(id)),
    )
    assert.equal(again.length, before.length - 1 + 50)
    await compactTable(compactedTable, setting.context)
    assert.equal((await setting.scan()).dataFiles.length, 1)
    assert.deepEqual(await lineage(setting), again)
    assert.equal(new Set(again.map(([, row]) => row)).size, again.length, 'no number is given twice')
  }))

void test('manifests that are put together or written anew leave rows their numbers', () =>
  withCompactedLake(
    columns,
    { properties: { 'format-version': '3', 'commit.manifest.min-count-to-merge': '2' } },
    async (setting) => {
      let before: Awaited<ReturnType<typeof lineage>> = []
      for (let at = 0; at < 5; at++) {
        await setting.append(rows(at * 10, at * 10 + 10))
        const after = await lineage(setting)
        assert.deepEqual(after.slice(0, before.length), before)
        before = after
      }
      const { metadata } = await setting.load()
      const third = await fileOf(setting, 2)
      const read = { snapshotId: currentSnapshot(metadata)!['snapshot-id'] }
      const tableUuid = metadata['table-uuid']
      const removal = { tableUuid, schemaId: 0, operation: 'delete', read, removed: [third] } as const
      assert.equal(
        (await commitRowChanges([{ ident: compactedTable, change: removal }], setting.context)).kind,
        'committed',
      )
      await setting.append(rows(50, 55))
      const after = await lineage(setting)
      assert.deepEqual(
        after.filter(([id]) => id < 50),
        before.filter(([id]) => id < 20 || id >= 30),
      )
      assert.equal(new Set(after.map(([, row]) => row)).size, after.length)
    },
  ))

void test('a table of version 2 becomes one of version 3: rows get numbers, vectors stand for the deletes of before', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (const at of [0, 10]) await setting.append(rows(at, at + 10))
    const [one, two] = [await fileOf(setting, 0), await fileOf(setting, 1)]
    await setting.remove([{ location: one.location, position: 4 }])
    await setting.remove([{ location: two.location, position: 5 }])
    await setting.commit({ requirements: [], updates: [{ action: 'upgrade-format-version', 'format-version': 3 }] })
    // No snapshot of version 3 yet: rows have no lineage.
    assert.deepEqual([...new Set((await lineage(setting)).map(([, row]) => row))], [null])
    await setting.append(rows(20, 25))
    const numbered = await lineage(setting)
    assert.deepEqual(
      numbered.map(([id]) => id),
      [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24],
    )
    assert.equal(new Set(numbered.map(([, row]) => row)).size, numbered.length)
    assert.deepEqual(new Set(numbered.map(([, , sequence]) => sequence)), new Set([1, 2, 5]))
    await change(setting, { [one.location]: [4, 9] })
    const scan = await setting.scan()
    assert.deepEqual(
      scan.deleteFiles.map(({ format, recordCount }) => [format, recordCount]).toSorted(byFirst),
      [
        ['PARQUET', 1],
        ['PUFFIN', 2],
      ],
      'the file of position deletes that the vector stands for has gone',
    )
    const before = await lineage(setting)
    assert.deepEqual(
      before,
      numbered.filter(([id]) => id !== 9),
    )
    const settings = { 'compaction.min-input-files': '2' }
    await setting.commit({ requirements: [], updates: [{ action: 'set-properties', updates: settings }] })
    await compactTable(compactedTable, setting.context)
    const left = await setting.scan()
    assert.deepEqual([left.dataFiles.length, left.deleteFiles.length], [1, 0])
    assert.deepEqual(await lineage(setting), before)
  }))

void test('rows of before the first snapshot of version 3 get their numbers when they are written anew', () =>
  withCompactedLake(columns, {}, async (setting) => {
    for (let at = 0; at < 5; at++) await setting.append(rows(at * 10, at * 10 + 10))
    await setting.commit({ requirements: [], updates: [{ action: 'upgrade-format-version', 'format-version': 3 }] })
    await compactTable(compactedTable, setting.context)
    const found = await lineage(setting)
    assert.equal(new Set(found.map(([, row]) => row)).size, 50)
    assert.ok(found.every(([, row, sequence]) => row !== null && sequence === 5))
  }))
