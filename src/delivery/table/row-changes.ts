import type { DuckDBConnection } from '@duckdb/node-api'
import type { Positions } from '../../lake/puffin/positions.ts'
import type { AdoptedFile, TableView } from './delivery-table.ts'

/**
 * What those need who change rows that a table has. A file's location is its name for ever: what was found out about it stays
 * true. Views are those that the table's `load` gave.
 */
export interface RowChanges {
  /** The data files of the view's snapshot. WEIR-4014 for deletes by value, whose rows cannot be told by position. */
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
  /** Makes deletes of positions durable parts of the table: on version 2 a file each. */
  deleteRows(view: TableView, rows: readonly DeletedRows[], workplace: Workplace): Promise<readonly AdoptedFile[]>
  /** Files of the view to take out of the table, by location: of data and of deletes. */
  removed(view: TableView, locations: ReadonlySet<string>): Promise<readonly AdoptedFile[]>
}

/** A data file, and what deletes rows of it. */
export interface LiveFile {
  readonly location: string
  readonly rows: number
  readonly bytes: number
  readonly deletes: readonly LiveDeletes[]
}

export interface LiveDeletes {
  readonly location: string
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
