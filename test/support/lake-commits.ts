import assert from 'node:assert/strict'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import type { LoadedTable } from '../../src/lake/client/catalog-client.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import type { ManifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { under } from '../../src/storage/objects/location.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import type { LocalLake } from './local-lake.ts'

/** Durability is not what these tests are about, and thousands of commits would wait minutes for the disk. */
export const unsynced: Files = {
  ...nodeFiles,
  syncDirectory: async () => undefined,
  open: async (path, mode) => ({ ...(await nodeFiles.open(path, mode)), sync: async () => undefined }),
}

export const committedTable = { namespace: ['public'], name: 't' }

/** Where the table is: in a folder or a bucket. */
export type CommittedLake = Pick<LocalLake, 'client' | 'store'>

export async function createCommittedTable(
  lake: CommittedLake,
  properties: Readonly<Record<string, string>> = {},
): Promise<LoadedTable> {
  await lake.client.ensureNamespace(committedTable.namespace)
  const schema = schemaOf([{ name: 'id', type: 'long' }])
  return lake.client.createTable(committedTable.namespace, { name: 't', schema, properties })
}

export interface FileCommit {
  /** Names the data file, the state file and a file of letters. */
  readonly at: number
  readonly now: number
  /** Numbers of the commits whose files of dead letters the state names. */
  readonly letters?: readonly number[]
  readonly store?: Pick<ObjectStore, 'get' | 'put'>
  readonly reader?: ManifestReader
}

/** One commit as deliveries make them: a data file, a state file that the snapshot names, files of dead letters. */
export async function commitFile(
  lake: CommittedLake,
  table: Pick<LoadedTable, 'metadata'>,
  commit: FileCommit,
): Promise<LoadedTable> {
  const { at, now, letters = [], store = lake.store, reader } = commit
  const { location } = table.metadata
  const file: DataFile = {
    content: 'data',
    location: `${location}/data/${at}.parquet`,
    format: 'PARQUET',
    specId: 0,
    partition: [],
    recordCount: 1,
    sizeBytes: 4,
  }
  const letterFiles = letters.map((one) => {
    return { path: `weir/letters/${one}.parquet`, source: 's', partition: 0, letters: 1, replayed: [] }
  })
  const state = { version: 1, previous: null, entries: [], letterFiles }
  await lake.store.put(file.location, Buffer.from('PAR1'))
  if (letters.includes(at)) await lake.store.put(`${location}/weir/letters/${at}.parquet`, Buffer.from('PAR1'))
  await lake.store.put(`${location}/weir/${at}.json`, Buffer.from(JSON.stringify(state)))
  const named = { 'weir.state': `weir/${at}.json` }
  const prepared = await prepareAppend({
    metadata: table.metadata,
    store,
    dataFiles: [file],
    snapshotProperties: named,
    tableProperties: named,
    now: () => now,
    ...(reader === undefined ? {} : { reader }),
  })
  const outcome = await lake.client.commitTable(committedTable, prepared)
  assert.ok(outcome.outcome === 'committed', `commit ${at}: ${outcome.outcome}`)
  return outcome.table
}

/** Locations under a folder of the table (all of it for `''`), relative to it. */
export async function filesUnder(
  lake: CommittedLake,
  table: Pick<LoadedTable, 'metadata'>,
  folder: string,
): Promise<readonly string[]> {
  const found: string[] = []
  const prefix = under(table.metadata.location, ...(folder === '' ? [] : [folder]), '')
  for await (const { location } of lake.store.list(prefix)) found.push(location.slice(prefix.length))
  return found.toSorted((a, b) => a.localeCompare(b))
}
