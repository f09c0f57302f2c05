import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { TableFiles, TableView } from '../table/delivery-table.ts'
import { unreadableFiles, type UnreadableFile } from './unreadable-files.ts'

/** Files of one turn could not be read. */
export class UnreadableFiles extends Error {
  readonly files: readonly UnreadableFile[]

  constructor(files: readonly UnreadableFile[], cause: unknown) {
    super(`${files.length} files cannot be read, ${files[0]?.path} among them`, { cause })
    this.files = files
  }
}

const placeColumns = ['_source', '_source_partition', '_offset']

/**
 * The rows of a table, of which only these columns are looked at. Where its files are more than copies of a remote store may take, the
 * columns are taken out of some files after the others, into a table of the connection that lives as long as that. UnreadableFiles.
 */
export async function rowsByPlace(
  view: TableView,
  connection: DuckDBConnection,
  columns?: readonly string[],
): Promise<TableFiles> {
  const turns = await view.dataFilesInTurns(columns !== undefined)
  if (turns.length === 1) return turns[0]!()
  const name = `rows_${randomUUID().replaceAll('-', '')}`
  let hasDeletes = false
  for (const [at, turn] of turns.entries()) {
    using files = await turn()
    hasDeletes ||= files.hasDeletes
    const select = `SELECT ${(columns ?? placeColumns).join(', ')} FROM ${files.rows}`
    try {
      await connection.run(at === 0 ? `CREATE TEMP TABLE ${name} AS ${select}` : `INSERT INTO ${name} ${select}`)
    } catch (thrown) {
      const unreadable = await unreadableFiles(connection, files.paths)
      throw unreadable.length === 0 ? thrown : new UnreadableFiles(unreadable, thrown)
    }
  }
  return { paths: [], rows: name, hasDeletes, [Symbol.dispose]: () => undefined }
}
