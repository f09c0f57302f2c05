import { decide } from '../../access/decide.ts'
import { type Policy, tableActions } from '../../access/policy.ts'
import type { Principal } from '../../access/principal.ts'
import { printTarget } from '../../access/table-pattern.ts'
import type { Identities } from './identities.ts'
import type { CatalogAccess, CatalogTarget } from '../../lake/catalog/access/catalog-access.ts'

/** Rights to tables, as SQL and as readers of files have them. */
export interface TableAccess extends CatalogAccess {
  /** Whether it may read the rows by SQL, masked columns as null. */
  readsRows(target: CatalogTarget): boolean
}

/** Who may log in by HTTP, and what they may do by the policies of now. */
export interface HttpAccess {
  readonly identities: Identities
  accessOf(principal: Principal): Promise<TableAccess | undefined>
}

/** What a principal may do with tables and their files, by these policies; undefined is everything. */
export function accessOf(policies: readonly Policy[], principal: Principal): TableAccess | undefined {
  if (principal.kind === 'administrator' || policies.length === 0) return undefined
  return {
    refusal(action, target) {
      const decision = decide(policies, principal, action, target)
      if (!decision.allowed) return decision.reason
      const columns = decision.masks.map(({ column }) => `"${column}"`)
      if (columns.length === 0) return undefined
      const some = columns.length === 1 ? `column ${columns[0]} is` : `columns ${columns.join(', ')} are`
      return `user "${principal.name}" does not read the files of ${printTarget(target)}: its ${some} masked, and files hold what is masked. Read it by SQL`
    },
    readsRows: (target) => decide(policies, principal, 'table:read', target).allowed,
    sees: (target) => tableActions.some((action) => decide(policies, principal, action, target).allowed),
  }
}
