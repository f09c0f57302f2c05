import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { prepareAppend } from '../../src/lake/commit/prepare-append.ts'
import type { CatalogClient, LoadedTable } from '../../src/lake/client/catalog-client.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { duckdbType } from '../../src/lake/types/duckdb-type.ts'
import { parseType } from '../../src/lake/types/parse-type.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'

/** Appends the rows of a SELECT to a table of local files, in one commit. */
export async function appendRows(
  client: CatalogClient,
  { ident, metadata }: LoadedTable,
  select: string,
): Promise<void> {
  const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
  const [schema, spec] = [tableSchema(metadata), specById(metadata, metadata['default-spec-id'])]
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  const directory = mkdtempSync(join(tmpdir(), 'weir-rows-'))
  try {
    // What is written is the same in every zone.
    await db.run(`SET TimeZone = 'Asia/Kathmandu'`)
    const written = await db.runAndReadAll(copySql({ schema, spec, source: `(${select})`, directory }))
    const location = (partition: Parameters<typeof dataLocation>[2]) => dataLocation(metadata, spec, partition)
    const files = dataFilesOfCopy(written.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
    for (const { localPath, file } of files) await store.adopt(localPath, file.location)
    const dataFiles = files.map(({ file }) => file)
    const outcome = await client.commitTable(ident, await prepareAppend({ metadata, store, dataFiles }))
    if (outcome.outcome !== 'committed') throw new Error(`the rows were not committed: ${outcome.outcome}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A column of values, each DuckDB's SQL, cast to an Iceberg type. */
export function valuesOf(type: string, values: readonly string[], name: string): string {
  const items = values.map((value) => `CAST(${value} AS ${duckdbType(parseType(type))})`)
  return `unnest([${items.join(', ')}]) AS ${name}`
}
