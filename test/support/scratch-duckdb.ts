import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

/** A DuckDB in memory and a folder for its files, for the tests of one file: both go after them. */
export async function scratchDuckdb(name: string): Promise<{ readonly folder: string; readonly db: DuckDBConnection }> {
  const folder = await mkdtemp(join(tmpdir(), `weir-${name}-`))
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  after(async () => {
    db.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  })
  return { folder, db }
}
