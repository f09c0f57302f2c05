import type { LocalDataFile } from '../table/delivery-table.ts'

/** Rows that can be queried and are not committed: one Parquet file with all columns of the table. */
export interface Segment {
  /** In the tail's folder; engines link it. */
  readonly path: string
  readonly rows: number
  /** How often its rows were merged. */
  readonly level: number
  /** A file of its final form, under another name: it is not written again for the commit. */
  readonly final?: LocalDataFile
}
