import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { commitFiles } from '../../../test/support/commit-files.ts'
import { openLocalLake, type LocalLake } from '../../../test/support/local-lake.ts'
import { positionDeletes } from '../../../test/support/position-deletes.ts'
import { valueDeletes } from '../../../test/support/value-deletes.ts'
import { prepareAppend } from '../../lake/commit/prepare-append.ts'
import type { LoadedTable, TableCommit } from '../../lake/client/catalog-client.ts'
import { specById, tableSchema } from '../../lake/metadata/read.ts'
import { planScan } from '../../lake/scan/plan-scan.ts'
import { positionsOf } from '../../lake/puffin/positions.ts'
import { schemaOf } from '../../lake/types/schema.ts'
import { copySql } from '../../lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../lake/write/copy-result.ts'
import { dataLocation } from '../../lake/write/data-location.ts'
import { writeDeletionVectors } from '../../lake/write/deletion-vectors.ts'
import { lakePlanner } from './lake-planner.ts'

const ident = { namespace: ['public'], name: 't' }
const relation = { schema: 'public', name: 't', columns: [{ name: 'id', type: 'long', required: false }] }

async function commit(lake: LocalLake, change: TableCommit): Promise<LoadedTable> {
  const outcome = await lake.client.commitTable(ident, change)
  assert.ok(outcome.outcome === 'committed', outcome.outcome)
  return outcome.table
}

async function append(lake: LocalLake, db: DuckDBConnection, from: number, to: number): Promise<LoadedTable> {
  const { metadata } = await lake.client.loadTable(ident)
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const directory = join(lake.folder, `copy-${from}`)
  await mkdir(directory)
  const source = `(SELECT i AS id FROM range(${from}, ${to}) t(i))`
  const rows = await db.runAndReadAll(copySql({ schema, spec, source, directory }))
  const location = () => dataLocation(metadata, spec, [])
  const files = dataFilesOfCopy(rows.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
  for (const { localPath, file } of files) await lake.store.adopt(localPath, file.location)
  const dataFiles = files.map(({ file }) => file)
  return commit(
    lake,
    metadata['format-version'] === 3
      ? await commitFiles(lake.store, metadata, dataFiles)
      : await prepareAppend({ metadata, store: lake.store, dataFiles }),
  )
}

function idsReader(lake: LocalLake, db: DuckDBConnection): (table: LoadedTable) => Promise<readonly number[]> {
  const planner = lakePlanner({ objects: lake.store, linkDirectory: join(lake.folder, 'links') })
  return async ({ metadataLocation }) => {
    const plan = await planner.plan(
      relation,
      { schema: 'public', name: 't', metadataLocation, tails: [], notices: [] },
      async () => undefined,
    )
    assert.ok(plan !== 'stale')
    const read = await db.runAndReadAll(`SELECT id FROM (${plan.sql}) ORDER BY id`)
    await plan.release()
    return read.getRows().map(([id]) => Number(id))
  }
}

void test('rows that another engine deleted by position are gone from queries, and appends go on', async () => {
  await using lake = await openLocalLake()
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await lake.client.ensureNamespace(['public'])
  await lake.client.createTable(['public'], { name: 't', schema: schemaOf([{ name: 'id', type: 'long' }]) })
  const idsAt = idsReader(lake, db)
  await append(lake, db, 0, 5)
  const full = await append(lake, db, 10, 15)
  const [second, first] = (await planScan({ metadata: full.metadata, store: lake.store })).dataFiles
  const rows = [
    { file: first!, position: 0 },
    { file: first!, position: 4 },
    { file: second!, position: 2 },
  ]
  const deleted = await commit(lake, await positionDeletes(lake, db, full, rows))
  assert.deepEqual(await idsAt(full), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
  assert.deepEqual(await idsAt(deleted), [1, 2, 3, 10, 11, 13, 14])
  assert.deepEqual(await idsAt(await append(lake, db, 20, 22)), [1, 2, 3, 10, 11, 13, 14, 20, 21])
  const latest = await lake.client.loadTable(ident)
  const byValue = await commit(lake, await valueDeletes(lake, db, latest, 'SELECT unnest([10, 20])::BIGINT AS id'))
  assert.deepEqual(await idsAt(byValue), [1, 2, 3, 11, 13, 14, 21])
  const { metadata } = byValue
  const file = { content: 'position-deletes', location: `${metadata.location}/data/x.orc`, format: 'ORC' } as const
  const plain = { specId: 0, partition: [], recordCount: 1, sizeBytes: 1 }
  const unread = await commit(lake, await commitFiles(lake.store, metadata, [{ ...file, ...plain }]))
  await assert.rejects(idsAt(unread), { code: 'WEIR-6011', message: /holds deletes as ORC/ })
})

void test('rows that deletion vectors name are gone from queries, and only in the snapshots that have the vector', async () => {
  await using lake = await openLocalLake()
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  await lake.client.ensureNamespace(['public'])
  const schema = schemaOf([{ name: 'id', type: 'long' }])
  await lake.client.createTable(['public'], { name: 't', schema, properties: { 'format-version': '3' } })
  const idsAt = idsReader(lake, db)
  const { metadata } = await append(lake, db, 0, 5)
  const full = await append(lake, db, 10, 15)
  const [dataFile] = (await planScan({ metadata, store: lake.store })).dataFiles
  const vectors = await writeDeletionVectors(lake.store, `${metadata.location}/data/deleted.puffin`, [
    { dataFile: dataFile!, positions: positionsOf([0, 4]) },
  ])
  const deleted = await commit(lake, await commitFiles(lake.store, full.metadata, vectors))
  assert.deepEqual(await idsAt(full), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14])
  assert.deepEqual(await idsAt(deleted), [1, 2, 3, 10, 11, 12, 13, 14])
})
