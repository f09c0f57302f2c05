import type { ScanFilter } from '../blank/scan-filter.ts'
import type { ResolvedTable, TableRelation } from '../engine-host.ts'

/** How one table is read at one moment. */
export interface TablePlan {
  /** A SELECT of the relation's columns, in their order and types. */
  readonly sql: string
  /** Lets go of the links to tail segments. Call it when the query is done. */
  release(): Promise<void>
}

/**
 * Plans snapshot and tail of a table, without files that have no row which is `asked` for; that is found out when there are many.
 * `stale` when snapshot and tail no longer fit together (INV-T1, or a segment that has gone): the caller resolves again.
 */
export interface TablePlanner {
  plan(
    relation: TableRelation,
    resolved: ResolvedTable,
    asked: () => Promise<ScanFilter | undefined>,
  ): Promise<TablePlan | 'stale'>
}
