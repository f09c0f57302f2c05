import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import type { LoadedTable, NewTable, TableCommit } from '../../src/lake/client/catalog-client.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import type { Long } from '../../src/lake/json.ts'
import type { CompactionContext } from '../../src/lake/maintenance/compaction/compact-table.ts'
import type { RowEngine } from '../../src/lake/maintenance/compaction/row-engine.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { holdScanned } from '../../src/lake/scan/hold-scanned.ts'
import { liveRowsSql } from '../../src/lake/scan/live-rows.ts'
import { planScan, type Scan } from '../../src/lake/scan/plan-scan.ts'
import { schemaOf, type ColumnDeclaration } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { openLocalLake, type LocalLake } from './local-lake.ts'
import { positionDeletes } from './position-deletes.ts'

export const compactedTable = { namespace: ['public'], name: 't' }

/** A table of a local lake with a DuckDB beside it that writes, deletes, compacts and reads. */
export interface CompactedLake {
  readonly lake: LocalLake
  readonly db: DuckDBConnection
  readonly context: CompactionContext
  load(): Promise<LoadedTable>
  scan(snapshotId?: Long): Promise<Scan>
  /** One data file for each partition, in one commit. `state` is what a delivery would name. */
  append(rows: string, state?: string): Promise<LoadedTable>
  /** Deletes rows as other engines do: by file and number in it. */
  remove(rows: readonly { readonly location: string; readonly position: number }[]): Promise<LoadedTable>
  commit(change: TableCommit): Promise<LoadedTable>
  /** Count and hash of the live rows, in any order. */
  digest(snapshotId?: Long): Promise<string>
  /** Files below data/ that no retained snapshot names. */
  orphans(): Promise<readonly string[]>
}

export async function withCompactedLake(
  columns: readonly ColumnDeclaration[],
  table: Omit<NewTable, 'name' | 'schema'>,
  run: (setting: CompactedLake) => Promise<void>,
): Promise<void> {
  await using lake = await openLocalLake()
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const db = await instance.connect()
  await db.run(`SET TimeZone = 'UTC'`)
  try {
    await lake.client.ensureNamespace(['public'])
    await lake.client.createTable(['public'], { name: 't', schema: schemaOf(columns), ...table })
    await run(compactedLake(lake, db))
  } finally {
    db.closeSync()
    instance.closeSync()
  }
}

export function rowEngine(db: DuckDBConnection): RowEngine {
  return {
    async query(sql, signal) {
      signal?.throwIfAborted()
      const end = (): void => db.interrupt()
      signal?.addEventListener('abort', end)
      try {
        return (await db.runAndReadAll(sql)).getRowObjectsJson()
      } finally {
        signal?.removeEventListener('abort', end)
      }
    },
  }
}

export function compactedLake(lake: LocalLake, db: DuckDBConnection): CompactedLake {
  const { store, client } = lake
  const reader = manifestReader(store)
  const context = { client, store, reader, engine: rowEngine(db), folder: join(lake.folder, 'spill') }
  const load = () => client.loadTable(compactedTable)
  const scan = async (snapshotId?: Long) => {
    const { metadata } = await load()
    return planScan({ metadata, store, reader, ...(snapshotId === undefined ? {} : { snapshotId }) })
  }
  const commit = async (change: TableCommit) => {
    const outcome = await client.commitTable(compactedTable, change)
    assert.ok(outcome.outcome === 'committed', JSON.stringify(outcome))
    return outcome.table
  }
  return {
    lake,
    db,
    context,
    load,
    scan,
    commit,
    async append(rows, state) {
      const { metadata } = await load()
      const dataFiles = await writeRows(lake, db, metadata, rows)
      const named = state === undefined ? {} : { 'weir.state': state }
      return commit(
        await prepareAppend({ metadata, store, dataFiles, snapshotProperties: named, tableProperties: named }),
      )
    },
    async remove(rows) {
      const { dataFiles } = await scan()
      const named = rows.map(({ location, position }) => {
        return { file: dataFiles.find((file) => file.location === location)!, position }
      })
      return commit(await positionDeletes(lake, db, await load(), named))
    },
    async digest(snapshotId) {
      const { metadata } = await load()
      const live = await scan(snapshotId)
      const { pathOf, release } = await holdScanned([...live.dataFiles, ...live.deleteFiles], store)
      const sql = liveRowsSql(live, { schemas: metadata.schemas, pathOf })
      const [row] = (await db.runAndReadAll(`SELECT count(*), sum(hash(t)::HUGEINT) FROM (${sql}) AS t`)).getRows()
      release()
      return row!.map(String).join(' ')
    },
    async orphans() {
      const { metadata } = await load()
      const named = new Set<string>()
      for (const snapshot of metadata.snapshots!) {
        const found = await scan(snapshot['snapshot-id'])
        for (const { location } of [...found.dataFiles, ...found.deleteFiles]) named.add(location)
      }
      const orphans: string[] = []
      for await (const { location } of store.list(`${metadata.location}/data/`))
        if (!named.has(location)) orphans.push(location)
      return orphans
    },
  }
}

async function writeRows(lake: LocalLake, db: DuckDBConnection, metadata: LoadedTable['metadata'], rows: string) {
  const [schema, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const directory = join(lake.folder, `copy-${randomUUID()}`)
  await mkdir(directory)
  const copied = await db.runAndReadAll(copySql({ schema, spec, source: `(${rows})`, directory }))
  const written = dataFilesOfCopy(copied.getRowObjectsJson() as unknown as CopyRow[], {
    schema,
    spec,
    location: (partition) => dataLocation(metadata, spec, partition),
  })
  for (const { localPath, file } of written) await lake.store.adopt(localPath, file.location)
  return written.map(({ file }) => file)
}
