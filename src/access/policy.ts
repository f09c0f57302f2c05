import type { TablePattern } from './table-pattern.ts'

/** What can be done with a table or a view. */
export const tableActions = ['table:read', 'table:write', 'table:create', 'table:drop'] as const

export type TableAction = (typeof tableActions)[number]

/** Who may do what with which tables and views. */
export interface Policy {
  readonly name: string
  /** `user:ana`, `group:analysts`, `everyone`. */
  readonly principals: readonly string[]
  readonly allow: readonly TableAction[]
  /** Goes before whatever is allowed. */
  readonly deny: readonly TableAction[]
  readonly on: readonly TablePattern[]
  /** Columns, in lower case, that whoever reads by this policy sees as null. */
  readonly mask: readonly string[]
}
