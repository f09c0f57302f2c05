import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { nodeFiles } from '../src/kernel/files/node-files.ts'
import type { CatalogClient, LoadedTable } from '../src/lake/client/catalog-client.ts'
import { prepareAppend } from '../src/lake/commit/prepare-append.ts'
import type { DataFile } from '../src/lake/manifest/data-file.ts'
import { manifestReader } from '../src/lake/manifest/manifest-reader.ts'
import { specById, tableSchema } from '../src/lake/metadata/read.ts'
import { schemaOf } from '../src/lake/types/schema.ts'
import { copySql } from '../src/lake/write/copy.ts'
import { dataFilesOfCopy, type CopyRow } from '../src/lake/write/copy-result.ts'
import { dataLocation } from '../src/lake/write/data-location.ts'
import type { ObjectStore } from '../src/storage/objects/object-store.ts'
import { openObjectStore } from '../src/storage/objects/open.ts'
import type { RunningWeir } from '../test/support/running-weir.ts'

const columns = { n: 'long', kind: 'string', amount: 'double' }

export interface CommitWriter {
  readonly store: ObjectStore
  createTable(name: string): Promise<LoadedTable>
  /** A small file of rows in the table's folder. */
  writeFiles(table: LoadedTable): Promise<readonly DataFile[]>
  /** As a delivery does: manifests and list are written, then the catalog is asked. The table as it is answered. */
  commit(table: LoadedTable, files: readonly DataFile[]): Promise<LoadedTable>
  close(): void
}

/** Appends to tables of a running Weir, one after the other. */
export async function commitWriter({ folder }: RunningWeir, client: CatalogClient): Promise<CommitWriter> {
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const reader = manifestReader(store)
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const db = await instance.connect()
  const temporary = mkdtempSync(join(tmpdir(), 'weir-commits-'))
  const source = `(SELECT i AS n, 'kind-' || (i % 12) AS kind, i / 7 AS amount FROM range(100) t(i))`
  return {
    store,
    createTable(name) {
      const schema = schemaOf(Object.entries(columns).map(([column, type]) => ({ name: column, type })))
      return client.createTable(['public'], { name, schema })
    },
    async writeFiles({ metadata }) {
      const [schema, spec] = [tableSchema(metadata), specById(metadata, 0)]
      const rows = await db.runAndReadAll(copySql({ schema, spec, source, directory: temporary }))
      const written = dataFilesOfCopy(rows.getRowObjectsJson() as unknown as CopyRow[], {
        schema,
        spec,
        location: () => dataLocation(metadata, spec, []),
      })
      for (const { localPath, file } of written) await store.adopt(localPath, file.location)
      return written.map(({ file }) => file)
    },
    async commit({ ident, metadata }, dataFiles) {
      const outcome = await client.commitTable(ident, await prepareAppend({ metadata, store, reader, dataFiles }))
      if (outcome.outcome !== 'committed')
        throw new Error(
          `a commit to ${ident.name}: ${outcome.outcome === 'conflict' ? outcome.message : String(outcome.cause)}`,
        )
      return outcome.table
    },
    close() {
      db.closeSync()
      instance.closeSync()
      rmSync(temporary, { recursive: true, force: true })
    },
  }
}
