import type { FileFilter } from '../../lake/scan/file-filter.ts'
import type { Moment } from '../../lake/history/find-snapshot.ts'
import type { Long } from '../../lake/json.ts'
import type { Scan } from '../../lake/scan/plan-scan.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import type { ColumnRelation, ResolvedTable, TableName, TableRelation } from '../engine-host.ts'
import type { PendingTable, ScanOfTable } from './pending-table.ts'

/** How one table is read at one moment. */
export interface TablePlan {
  /** A SELECT of the relation's columns, in their order and types. */
  readonly sql: string
  /** What is written to, where the statement writes. */
  readonly written?: WrittenPlan
  /** Fails when what was read is something else by now (WEIR-4021). Call it behind the last row. */
  readonly mustBeSame?: () => Promise<void>
  /** Lets go of the links to tail segments. Call it when the query is done. */
  release(): Promise<void>
}

/** What a moment of a statement was found to be (docs/spec/time-travel.md). */
export interface Pin {
  readonly table: TableName
  readonly moment: Moment
  readonly snapshotId: Long
  readonly schemaId: number
  readonly columns: readonly ColumnRelation[]
  /** Of these, those that are another column, or none, now. */
  readonly changed: readonly string[]
  /** Says which snapshot it is. */
  readonly notice: string
}

/** A table that a statement writes to, with what its transaction has done to it before. */
export interface WrittenPlan extends ScanOfTable {
  /** The same without that. */
  readonly committed: Scan
  /** The rows that the filter may hold for, each with its place, whatever the statement asks for. */
  rowsIn(filter: FileFilter): Promise<HeldRows>
}

/** A query whose files are there until it is released. */
export interface HeldRows {
  readonly sql: string
  release(): Promise<void>
}

/** The table behind a name that stands for what a statement writes to, and whether its rows are read, each with its place. */
export interface WrittenTable {
  readonly table: TableName
  readonly rows: 'with places' | 'none'
}

/**
 * A relation as a statement reads it: a table as it is now; or, under a name of the session's own, one as it was, one that is
 * written to, or a query of ours.
 */
export type ReadRelation = TableRelation & {
  readonly pin?: Pin
  readonly written?: WrittenTable
  readonly query?: string
  /** As views of the project read it, whatever the session may. */
  readonly asOwner?: true
}

/** The table that a relation is of. */
export function tableOf({ schema, name, pin, written }: ReadRelation): TableName {
  return pin?.table ?? written?.table ?? { schema, name }
}

/**
 * Plans snapshot and tail of a table, without files that have no row which is `asked` for; that is found out when there are many.
 * With what a transaction has not committed yet. `readsAll`: every row will be read, so files may be looked through first; it ends that. `stale` when snapshot and tail no longer fit together (INV-T1, or a segment that has gone): the caller resolves again.
 */
export interface TablePlanner {
  plan(
    relation: ReadRelation,
    resolved: ResolvedTable,
    asked: () => Promise<ScanFilter | undefined>,
    pending?: PendingTable,
    readsAll?: AbortSignal,
  ): Promise<TablePlan | 'stale'>
  /** What DuckDB says of files, with the names that people know in the place of those of copies. */
  shown?(text: string): string
  /** The manifest that names the file of the relation which an error tells of, where it is known. */
  manifestOf?(relation: ReadRelation, resolved: ResolvedTable, error: string): Promise<string | undefined>
  /** Finds the snapshot of a moment. WEIR-4010 (42704) when there is none (any more). */
  pin(resolved: ResolvedTable, moment: Moment): Promise<Pin>
}
