import type { AppliedCount } from '../keys/last-rows.ts'
import type { AdoptedFile, TableView } from '../table/delivery-table.ts'

/** What a commit does to the files of exactly the view that it was made for. All of it is durable. */
export interface RowChange {
  readonly files: readonly AdoptedFile[]
  /** Files that go out of the table. */
  readonly removed: readonly AdoptedFile[]
  /** Of a table with a key: what became of the accepted records, by partition, and the rows that the table has then. */
  readonly keyed?: { readonly applied: ReadonlyMap<number, AppliedCount>; readonly rows: number }
}

/** How the accepted rows of one block get into the table; asked again for each attempt, after others have changed it. */
export interface BlockRows {
  change(view: TableView): Promise<RowChange>
  /** The commit landed, or never will. */
  done(): Promise<void>
}
