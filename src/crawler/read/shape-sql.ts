import type { FileColumn } from '../crawled-table.ts'

/** How files of one shape are read. */
export interface ShapeSql {
  /** What stands behind FROM; it has `file_index`, which counts the files from 0. */
  readonly from: string
  /** A column of the files as a value of the table's type. */
  value(column: FileColumn, type: string): string
}
