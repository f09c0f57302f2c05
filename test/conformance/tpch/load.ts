import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { nodeFiles } from '../../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../../src/lake/client/connect-catalog.ts'
import { openObjectStore } from '../../../src/storage/objects/open.ts'
import { writeTable } from '../../support/lake-engine.ts'
import type { RunningWeir } from '../../support/running-weir.ts'
import { type TpchTable, tpchTableNames, tpchTables } from './tables.ts'

/** Rows pass through DuckDB a row group at a time: what it takes does not grow with the scale. */
const loadBytes = '1GB'

/** The tables in the lake of a running Weir, as namespace `public`, one file and one commit each. */
export async function loadTpch(
  { folder, endpoints }: RunningWeir,
  files: Readonly<Record<TpchTable, string>>,
): Promise<void> {
  const spill = mkdtempSync(join(folder, 'load-'))
  const store = openObjectStore({ roots: [`file://${join(folder, '.weir/lake')}`], files: nodeFiles })
  const client = connectCatalog({ uri: endpoints.iceberg })
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: loadBytes, threads: '2' })
  const db = await instance.connect()
  try {
    await client.ensureNamespace(['public'])
    for (const name of tpchTableNames) {
      const rows = `SELECT * FROM read_parquet('${files[name]}')`
      await writeTable({ folder: spill, store, client }, db, { name, columns: tpchTables[name], files: [rows] })
    }
  } finally {
    db.closeSync()
    instance.closeSync()
    rmSync(spill, { recursive: true, force: true })
  }
}

/** DuckDB in process over the generator's own files: the reference. */
export async function plainTpch(files: Readonly<Record<TpchTable, string>>): Promise<DuckDBConnection> {
  const db = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  for (const name of tpchTableNames) await db.run(`CREATE VIEW ${name} AS SELECT * FROM read_parquet('${files[name]}')`)
  return db
}
