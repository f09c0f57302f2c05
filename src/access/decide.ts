import type { Policy, TableAction } from './policy.ts'
import { namesOf, type Principal } from './principal.ts'
import { type AccessTarget, covers, printTarget } from './table-pattern.ts'

/** A column, in lower case, that is read as null. */
export interface ColumnMask {
  readonly column: string
  /** A policy that names this very table masks it: a table without the column is not read at all. */
  readonly isExact: boolean
}

export type Decision =
  | { readonly allowed: true; readonly masks: readonly ColumnMask[] }
  | { readonly allowed: false; readonly reason: string }

/**
 * Whether a principal may do this, by these policies alone; the one place that decides. A table that no policy names is everybody's; one
 * that is named is for those who are allowed, and what is denied is denied whatever else allows it. Masks hold where all policies
 * that let the principal read have them: rights add up.
 */
export function decide(
  policies: readonly Policy[],
  principal: Principal,
  action: TableAction,
  target: AccessTarget,
): Decision {
  if (principal.kind === 'administrator') return open
  const naming = policies.filter(({ on }) => on.some((pattern) => covers(pattern, target)))
  if (naming.length === 0) return open
  const names = namesOf(principal)
  const own = naming.filter(({ principals }) => principals.some((each) => names.has(each)))
  const denying = own.find(({ deny }) => deny.includes(action))
  const who = `user "${principal.name}"`
  const what = `${action} on ${printTarget(target)}`
  if (denying) return { allowed: false, reason: `policy "${denying.name}" denies ${who} ${what}` }
  const allowing = own.filter(({ allow }) => allow.includes(action))
  if (allowing.length === 0)
    return { allowed: false, reason: `${who} lacks ${what}: ${policyNames(naming)} and none allows it` }
  return { allowed: true, masks: action === 'table:read' ? masksOf(allowing, target) : [] }
}

const open: Decision = { allowed: true, masks: [] }

function masksOf(allowing: readonly Policy[], target: AccessTarget): readonly ColumnMask[] {
  const [first, ...others] = allowing
  return first!.mask
    .filter((column) => others.every(({ mask }) => mask.includes(column)))
    .map((column) => ({
      column,
      isExact: allowing.some(({ on }) => on.some((one) => !one.isPrefix && covers(one, target))),
    }))
}

function policyNames(policies: readonly Policy[]): string {
  const shown = policies.slice(0, 5).map(({ name }) => `"${name}"`)
  const more = policies.length > shown.length ? ` and ${policies.length - shown.length} more` : ''
  return `${policies.length === 1 ? 'policy' : 'policies'} ${shown.join(', ')}${more} ${policies.length === 1 ? 'names' : 'name'} it`
}
