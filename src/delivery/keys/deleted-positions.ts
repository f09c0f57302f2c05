import type { DuckDBConnection } from '@duckdb/node-api'
import { countPositions, mergedPositions, type Positions } from '../../lake/puffin/positions.ts'
import type { TableView } from '../table/delivery-table.ts'
import type { LiveFile, RowChanges } from '../table/row-changes.ts'

const none: Positions = new Map()

/** Which rows of one data file are deleted, one bit a row, kept between commits so that each file of deletes is read once. */
export class DeletedPositions {
  #applied: ReadonlySet<string> = new Set()
  #positions: Positions = none
  #count = 0

  get count(): number {
    return this.#count
  }

  get positions(): Positions {
    return this.#positions
  }

  /** To what the view says. Fewer deletes than before, after a rollback or a rewrite of them, are read from the beginning. */
  async follow(rows: RowChanges, view: TableView, file: LiveFile, connection: DuckDBConnection): Promise<void> {
    const now = new Set(file.deletes.map(({ id }) => id))
    const goesOn = [...this.#applied].every((id) => now.has(id))
    const unread = [...now].filter((id) => !goesOn || !this.#applied.has(id))
    const before = this.#positions
    const base = goesOn ? this.#positions : none
    this.#positions =
      unread.length === 0 ? base : mergedPositions(base, await rows.deletedRows(view, file, unread, connection))
    if (before !== this.#positions) this.#count = countPositions(this.#positions)
    this.#applied = now
  }
}
