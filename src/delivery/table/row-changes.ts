import type { DuckDBConnection } from '@duckdb/node-api'
import type { Positions } from '../../lake/puffin/positions.ts'
import type { AdoptedFile, TableView } from './delivery-table.ts'

/**
 * What those need who change rows that a table has. A file's location is its name for ever: what was found out about it stays
 * true. Views are those that the table's `load` gave.
 */
export interface RowChanges {
  /** The data files of the view's snapshot. */
  files(view: TableView): Promise<readonly LiveFile[]>
  /** A SELECT of the rows that the view's snapshot has, by the columns of its schema. */
  rowsText(view: TableView): Promise<string>
  /** A SELECT of the columns of all rows of one file, deleted ones included, and of their numbers as `_row`. */
  fileText(view: TableView, file: LiveFile, columns: readonly string[]): Promise<string>
  /** Rows of the file that these deletes of it name. */
  deletedRows(
    view: TableView,
    file: LiveFile,
    deletes: readonly string[],
    connection: DuckDBConnection,
  ): Promise<Positions>
  /** Whether a delete of rows of a file takes the place of those before (version 3), and so has to hold their rows. */
  holdsOlder(view: TableView): boolean
  /** Makes deletes of positions durable parts of the table: on version 2 a file each, on version 3 vectors in one file. */
  deleteRows(view: TableView, rows: readonly DeletedRows[], workplace: Workplace): Promise<readonly AdoptedFile[]>
  /** Files of the view to take out of the table, by their ids: of data and of deletes. */
  removed(view: TableView, ids: ReadonlySet<string>): Promise<readonly AdoptedFile[]>
}

/** A data file, and what deletes rows of it. Its id is its location. */
export interface LiveFile {
  readonly location: string
  readonly rows: number
  readonly bytes: number
  readonly deletes: readonly LiveDeletes[]
  /** Ids of deletes by value, which others wrote: positions do not tell what they take away. */
  readonly byValue: readonly string[]
}

export interface LiveDeletes {
  /** Of the file, or of the vector in it. */
  readonly id: string
  /** How many rows it names. */
  readonly rows: number
  /** It is about this one data file, so that another can take its place. */
  readonly isOfOneFile: boolean
}

export interface DeletedRows {
  readonly file: LiveFile
  readonly positions: Positions
}

export interface Workplace {
  readonly connection: DuckDBConnection
  /** An existing local folder. */
  readonly folder: string
}
