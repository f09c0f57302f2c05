import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import type { DataFile } from '../../src/lake/manifest/data-file.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { positionsOf } from '../../src/lake/puffin/positions.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { writeDeletionVectors } from '../../src/lake/write/deletion-vectors.ts'
import { positionDeleteFile, positionDeletesSql } from '../../src/lake/write/position-deletes.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { commitFiles } from '../support/commit-files.ts'
import { runPyIceberg } from './kit-python.ts'

/**
 * Deletes as PyIceberg understands them: `node test/conformance/iceberg-deletes.ts CATALOG`. A table of version 2 with files of
 * position deletes and one of version 3 with deletion vectors, both partitioned by bucket; PyIceberg must read the rows that
 * are left, and no others.
 */
const [address = ''] = process.argv.slice(2)
const client = connectCatalog({ uri: address })
const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
const db = await (await DuckDBInstance.create(':memory:')).connect()
const folder = mkdtempSync(join(tmpdir(), 'weir-deletes-'))
const rows = 150_000
/** Which places of each file are deleted: few, the ends of blocks, and a block of more than a list holds. */
const deleted = [0, 1, 7, 8, 65_535, 65_536, ...Array.from({ length: 6000 }, (_, at) => 66_000 + 2 * at)]

async function copied(sql: string): Promise<readonly CopyRow[]> {
  return (await db.runAndReadAll(sql)).getRowObjectsJson() as unknown as CopyRow[]
}

async function writeTable(name: string, version: 2 | 3): Promise<void> {
  const table = await client.createTable(['public'], {
    name,
    schema: schemaOf([{ name: 'id', type: 'long' }]),
    partition: [{ 'source-id': 1, name: 'id_bucket', transform: 'bucket[2]' }],
    properties: { 'format-version': String(version) },
  })
  const { metadata } = table
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const source = `(SELECT i AS id FROM range(${2 * rows}) t(i) ORDER BY i)`
  const directory = mkdtempSync(join(folder, 'rows-'))
  const location = () => `${metadata.location}/data/${randomUUID()}.parquet`
  const written = dataFilesOfCopy(await copied(copySql({ schema, spec, source, directory })), {
    schema,
    spec,
    location,
  })
  for (const { localPath, file } of written) await store.adopt(localPath, file.location)
  const files = written.map(({ file }) => file)
  const before = await client.commitTable(table.ident, await commitFiles(store, metadata, files))
  if (before.outcome !== 'committed') throw new Error(`the rows of ${name} were not committed: ${before.outcome}`)
  const deletes = version === 2 ? await positionDeletes(files) : await vectors(metadata.location, files)
  const after = await client.commitTable(table.ident, await commitFiles(store, before.table.metadata, deletes))
  if (after.outcome !== 'committed') throw new Error(`the deletes of ${name} were not committed: ${after.outcome}`)
}

async function positionDeletes(files: readonly DataFile[]): Promise<readonly DataFile[]> {
  const written: DataFile[] = []
  for (const dataFile of files) {
    const source = `(SELECT unnest([${deleted.join(', ')}]) AS pos)`
    const target = join(folder, `${randomUUID()}.parquet`)
    const [row] = await copied(positionDeletesSql({ dataFile, source, target }))
    const { localPath, file } = positionDeleteFile(
      row!,
      dataFile,
      dataFile.location.replace('.parquet', '-deletes.parquet'),
    )!
    await store.adopt(localPath, file.location)
    written.push(file)
  }
  return written
}

function vectors(location: string, files: readonly DataFile[]): Promise<readonly DataFile[]> {
  const positions = positionsOf(deleted)
  return writeDeletionVectors(
    store,
    `${location}/data/${randomUUID()}.puffin`,
    files.map((dataFile) => ({ dataFile, positions })),
  )
}

await client.ensureNamespace(['public'])
try {
  await writeTable('position_deletes', 2)
  await writeTable('vectors', 3)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
// The kit's own reader first: it brings PyIceberg along.
execFileSync(`${kit}/iceberg/pyiceberg.sh`, [address, '--read', 'public.position_deletes'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
runPyIceberg('iceberg-deletes.py', [address, String(2 * rows), JSON.stringify(deleted)])
