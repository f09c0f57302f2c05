import type { Change, Column, Row } from './columns.ts'

/** A partition field by its transform, as Weir's projects write it: `day(at)`, `bucket(id, 4)`, `truncate(name, 2)`. */
export interface Partition {
  readonly transform: 'day' | 'hour' | 'bucket' | 'truncate'
  readonly column: string
  /** Of `bucket` and `truncate`. */
  readonly width?: number
}

export interface TableDefinition {
  readonly name: string
  readonly columns: readonly Column[]
  readonly partitions: readonly Partition[]
  readonly formatVersion: 2 | 3
}

/**
 * One engine at work on tables of the catalog, in namespace `public`. Each call is done when the commit is; what an engine refuses
 * is an error with its own words. Columns are those of the table as it is.
 */
export interface TableEngine {
  readonly name: string
  create(table: TableDefinition): Promise<void>
  append(table: string, columns: readonly Column[], rows: readonly Row[]): Promise<void>
  evolve(table: string, change: Change): Promise<void>
  /** One more partition field, for the rows to come. */
  partition(table: string, all: readonly Partition[], added: Partition): Promise<void>
  /** Rows by their `id`; as files or vectors of deletes where the engine writes such. */
  remove(table: string, ids: readonly number[]): Promise<void>
  /** Gives rows another `label`. */
  relabel(table: string, label: string, ids: readonly number[]): Promise<void>
  /** Writes the files anew. */
  compact(table: string): Promise<void>
  /** The rows as the kit's digest.py wants them, one JSON text each. */
  rows(table: string, columns: readonly Column[]): Promise<readonly string[]>
  stop(): Promise<void>
}
