import type { LedgerHop, Reference } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'
import { formatCount } from '../parts/format.ts'
import { idOf } from './place-nodes.ts'

/** One edge: what a resource reads or writes, and the hop of the ledger that counts it when it is a delivery's. */
export interface Relation {
  readonly id: string
  readonly from: Reference
  readonly to: Reference
  /** Whose reference it is. */
  readonly owner: Resource
  readonly verb: 'reads' | 'writes' | 'uses'
  readonly hop: LedgerHop | undefined
}

/** Every reference between resources that are there. */
export function relationsOf(resources: readonly Resource[], hops: readonly LedgerHop[]): readonly Relation[] {
  const known = new Set(resources.map(idOf))
  const hopOf = new Map(hops.map((hop) => [hop.delivery, hop]))
  return resources.flatMap((owner) =>
    owner.references
      .filter((reference) => known.has(idOf(reference)))
      .map((reference): Relation => {
        // What a delivery writes to comes after it; all other references are what a resource reads.
        const writes = owner.kind === 'delivery' && reference.kind === 'table'
        const [from, to] = writes ? [owner, reference] : [reference, owner]
        return {
          id: `${idOf(from)}>${idOf(to)}`,
          from: { kind: from.kind, name: from.name },
          to: { kind: to.kind, name: to.name },
          owner,
          verb: writes ? 'writes' : reference.kind === 'secret' ? 'uses' : 'reads',
          hop: owner.kind === 'delivery' ? hopOf.get(owner.name) : undefined,
        }
      }),
  )
}

/** What stands on an edge, a line or two. */
export function labelOf({ verb, hop }: Relation): readonly string[] {
  if (!hop) return [verb]
  if (verb === 'reads') return [`${formatCount(hop.in)} in`]
  const tick = hop.holds === null ? '?' : hop.holds ? '✓' : '✕'
  return [
    `${tick} ${formatCount(hop.delivered)} delivered`,
    `${formatCount(hop.rejected)} rejected, ${formatCount(hop.pending ?? undefined)} pending`,
  ]
}
