import type { Fragment, WrittenName } from './token-reader.ts'

/** The table that a statement writes to, and what the statement calls it. */
export interface WrittenTarget {
  readonly table: WrittenName
  readonly alias: string | undefined
}

/** What one column gets; `default` for the word DEFAULT. */
export interface Assignment {
  readonly column: WrittenName
  readonly value: Fragment | 'default'
}

interface RowsWritten {
  /** WITH and all that it defines. */
  readonly with: Fragment | undefined
  readonly target: WrittenTarget
  readonly returning: Fragment | undefined
}

export interface InsertStatement extends RowsWritten {
  readonly kind: 'insert'
  /** All of the table's own when absent. */
  readonly columns: readonly WrittenName[] | undefined
  readonly source: InsertSource
  readonly conflict: ConflictClause | undefined
}

/** ON CONFLICT: what becomes of a row whose key the table has. */
export interface ConflictClause {
  /** 1-based, in the statement. */
  readonly position: number
  /** Columns, or the name of what makes them unique; undefined where neither is said. */
  readonly on: { readonly columns: readonly WrittenName[] } | { readonly constraint: string } | undefined
  readonly action:
    | { readonly kind: 'nothing' }
    | { readonly kind: 'update'; readonly assignments: readonly Assignment[]; readonly where: Fragment | undefined }
}

export type InsertSource =
  | { readonly kind: 'values'; readonly rows: readonly (readonly (Fragment | 'default')[])[] }
  | { readonly kind: 'query'; readonly query: Fragment }
  | { readonly kind: 'defaults' }

export interface UpdateStatement extends RowsWritten {
  readonly kind: 'update'
  readonly assignments: readonly Assignment[]
  readonly from: Fragment | undefined
  readonly where: Fragment | undefined
}

export interface DeleteStatement extends RowsWritten {
  readonly kind: 'delete'
  readonly using: Fragment | undefined
  readonly where: Fragment | undefined
}

export interface MergeStatement extends RowsWritten {
  readonly kind: 'merge'
  /** A table or a query in brackets, with its alias. */
  readonly source: Fragment
  readonly on: Fragment
  readonly clauses: readonly MergeClause[]
}

export interface MergeClause {
  readonly matched: boolean
  readonly condition: Fragment | undefined
  readonly action: MergeAction
}

export type MergeAction =
  | { readonly kind: 'nothing' | 'delete' }
  | { readonly kind: 'update'; readonly assignments: readonly Assignment[] }
  | {
      readonly kind: 'insert'
      readonly columns: readonly WrittenName[] | undefined
      readonly values: readonly (Fragment | 'default')[] | 'defaults'
    }

/** A statement that changes rows by what a query says. */
export type WriteStatement = InsertStatement | UpdateStatement | DeleteStatement | MergeStatement
