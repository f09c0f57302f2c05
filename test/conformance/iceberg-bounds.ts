import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { prepareAppend } from '../../src/lake/append/prepare-append.ts'
import type { LoadedTable } from '../../src/lake/client/catalog-client.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { specById, tableSchema } from '../../src/lake/metadata/read.ts'
import { duckdbType } from '../../src/lake/types/duckdb-type.ts'
import { parseType } from '../../src/lake/types/parse-type.ts'
import { schemaOf } from '../../src/lake/types/schema.ts'
import { copySql } from '../../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../../src/lake/write/copy-result.ts'
import { dataLocation } from '../../src/lake/write/data-location.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { kit } from '../../tools/conformance/suites.ts'
import { boundedColumns } from '../support/bounded-columns.ts'
import { runPyIceberg } from './kit-python.ts'

/**
 * Bounds as PyIceberg understands them: `node test/conformance/iceberg-bounds.ts CATALOG`. One file holds every column
 * whose bounds go wrong easily; PyIceberg must find each value again when it asks for it, which it does not when a bound
 * leaves the value out.
 */
const [address = ''] = process.argv.slice(2)
const columns = boundedColumns.map(({ type }, at) => ({ name: `c${at}`, type }))
const client = connectCatalog({ uri: address })
await client.ensureNamespace(['public'])
const table = await client.createTable(['public'], { name: 'bounds', schema: schemaOf(columns) })
await append(table)
// The kit's own reader first: it brings PyIceberg along.
execFileSync(`${kit}/iceberg/pyiceberg.sh`, [address, '--read', 'public.bounds'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
runPyIceberg('iceberg-bounds.py', [address, 'public.bounds', String(columns.length)])

async function append({ ident, metadata }: LoadedTable): Promise<void> {
  const store = openObjectStore({ roots: ['file:///'], files: nodeFiles })
  const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  const directory = mkdtempSync(join(tmpdir(), 'weir-bounds-'))
  try {
    const written = await db.runAndReadAll(copySql({ schema, spec, source: `(${rows()})`, directory }))
    const location = () => dataLocation(metadata, spec, [])
    const files = dataFilesOfCopy(written.getRowObjectsJson() as unknown as CopyRow[], { schema, spec, location })
    for (const { localPath, file } of files) await store.adopt(localPath, file.location)
    const dataFiles = files.map(({ file }) => file)
    const outcome = await client.commitTable(ident, await prepareAppend({ metadata, store, dataFiles }))
    if (outcome.outcome !== 'committed') throw new Error(`the rows were not committed: ${outcome.outcome}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Columns have values of different number; the shorter ones end in nulls, which bounds leave out. */
function rows(): string {
  const lists = boundedColumns.map(({ type, values }, at) => {
    const items = values.map((value) => `CAST(${value} AS ${duckdbType(parseType(type))})`)
    return `unnest([${items.join(', ')}]) AS c${at}`
  })
  return `SELECT ${lists.join(', ')}`
}
