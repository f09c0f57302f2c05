import { type ColumnMask, decide } from '../../access/decide.ts'
import { type Policy, type TableAction, tableActions } from '../../access/policy.ts'
import type { Principal } from '../../access/principal.ts'
import type { RelationRights, Relations, TableRelation, ViewRelation } from '../../sql/engine-host.ts'

/** The relations, and the policies that say whose they are. */
export interface GovernedRelations extends Relations {
  readonly policies: readonly Policy[]
}

/** What SQL may do with them in a session of the principal. */
export function restrictRelations(
  { version, tables, views, policies }: GovernedRelations,
  principal: Principal,
): Relations {
  if (principal.kind === 'administrator' || policies.length === 0) return { version, tables, views }
  const restricted = <R extends TableRelation | ViewRelation>(relation: R): R => {
    const rights = rightsOf(policies, principal, relation)
    return rights === undefined ? relation : { ...relation, rights }
  }
  return { version, tables: tables.map(restricted), views: views.map(restricted), isRestricted: true }
}

/** Undefined when it is open to the principal. */
function rightsOf(
  policies: readonly Policy[],
  principal: Principal,
  relation: TableRelation | ViewRelation,
): RelationRights | undefined {
  const target = { namespace: [relation.schema], name: relation.name }
  const decisionOf = (action: TableAction) => decide(policies, principal, action, target)
  const refusal = (action: TableAction): string | null => {
    const decision = decisionOf(action)
    return decision.allowed ? null : decision.reason
  }
  const reading = decisionOf('table:read')
  const masks = reading.allowed ? reading.masks : []
  const lost = lostMask(masks, relation)
  // The column may be of the key by its other name: whoever adds rows is told which keys there are.
  const hasKey = 'key' in relation && relation.key !== undefined
  const [read, write] = [refusal('table:read') ?? lost, refusal('table:write') ?? (hasKey ? lost : null)]
  if (read === null && write === null && masks.length === 0) return undefined
  const isListed = tableActions.some((action) => decisionOf(action).allowed)
  return { read, write, masks: masks.filter((mask) => hasColumn(relation, mask)), isListed }
}

/** A column that was renamed must not come out of its mask. */
function lostMask(masks: readonly ColumnMask[], relation: TableRelation | ViewRelation): string | null {
  const lost = masks.find((mask) => mask.isExact && !hasColumn(relation, mask))
  if (!lost) return null
  return `its column "${lost.column}" is masked, and there is none: whoever changes the policy says which is meant`
}

/** What columns a view has, only the engine knows: it looks for them itself. */
function hasColumn(relation: TableRelation | ViewRelation, { column }: ColumnMask): boolean {
  return !('columns' in relation) || relation.columns.some(({ name }) => name.toLowerCase() === column)
}
