import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  commitFile,
  committedTable,
  createCommittedTable,
  filesUnder,
  unsynced,
} from '../../../test/support/lake-commits.ts'
import { openLocalLake } from '../../../test/support/local-lake.ts'

void test('a table that is purged leaves nothing but what others put into its folder', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  let table = await createCommittedTable(lake)
  for (const at of [0, 1, 2]) table = await commitFile(lake, table, { at, now: Date.now(), letters: [0, at] })
  const foreign = `${table.metadata.location}/data/foreign.parquet`
  await lake.store.put(foreign, Buffer.from('PAR1'))
  await lake.client.dropTable(committedTable, { purge: true })
  assert.deepEqual(await filesUnder(lake, table, ''), ['data/foreign.parquet'])
  // A new table of the name lies beside what is left, not in it.
  const next = await createCommittedTable(lake)
  assert.notEqual(next.metadata.location, table.metadata.location)
})

void test('a table that is dropped but not purged keeps its files', async () => {
  await using lake = await openLocalLake({ files: unsynced })
  const table = await commitFile(lake, await createCommittedTable(lake), { at: 0, now: Date.now(), letters: [0] })
  const before = await filesUnder(lake, table, '')
  await lake.client.dropTable(committedTable)
  await assert.rejects(lake.client.loadTable(committedTable), { code: 'WEIR-4001' })
  assert.deepEqual(await filesUnder(lake, table, ''), before)
})
