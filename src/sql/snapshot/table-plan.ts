import type { Moment } from '../../lake/history/find-snapshot.ts'
import type { Long } from '../../lake/json.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import type { ColumnRelation, ResolvedTable, TableName, TableRelation } from '../engine-host.ts'

/** How one table is read at one moment. */
export interface TablePlan {
  /** A SELECT of the relation's columns, in their order and types. */
  readonly sql: string
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
  /** Says which snapshot it is. */
  readonly notice: string
}

/** A table as a statement reads it: as it is now, or under a name of the session's own as it was. */
export type ReadRelation = TableRelation & { readonly pin?: Pin }

/**
 * Plans snapshot and tail of a table, without files that have no row which is `asked` for; that is found out when there are many.
 * `stale` when snapshot and tail no longer fit together (INV-T1, or a segment that has gone): the caller resolves again.
 */
export interface TablePlanner {
  plan(
    relation: ReadRelation,
    resolved: ResolvedTable,
    asked: () => Promise<ScanFilter | undefined>,
  ): Promise<TablePlan | 'stale'>
  /** Finds the snapshot of a moment. WEIR-4010 (42704) when there is none (any more). */
  pin(resolved: ResolvedTable, moment: Moment): Promise<Pin>
}
