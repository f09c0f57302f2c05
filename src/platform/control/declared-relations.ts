import type { Policy } from '../../access/policy.ts'
import type { ViewRelation } from '../../sql/engine-host.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import { kindNamed } from '../kinds/registry.ts'
import type { Resource } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import { plannedRelations } from './planned-relations.ts'

interface DeclaredRelationsOptions {
  readonly list: () => Promise<readonly Resource[]>
  readonly kinds: readonly KindDefinition[]
  /** Tells of each change after it was written and before it is acknowledged. */
  readonly events: Pick<ControlEvents, 'subscribe'>
}

/** What of the relations is not in the catalog. */
export interface DeclaredRelations {
  readonly views: readonly ViewRelation[]
  /** Sorted by name. */
  readonly policies: readonly Policy[]
}

/** The project's views and policies, kept until a resource changes: every statement that reads a table asks. */
export function declaredRelations({ list, kinds, events }: DeclaredRelationsOptions): () => Promise<DeclaredRelations> {
  let kept: Promise<DeclaredRelations> | undefined
  events.subscribe(({ type }) => {
    // A list that is being read now may be of before the change: whoever asks from now on reads anew.
    if (type === 'resource') kept = undefined
  })
  const read = async (): Promise<DeclaredRelations> => {
    const declared = (await list()).filter(({ state }) => state !== 'Deleting')
    const policies = declared.flatMap((resource) => kindNamed(resource.kind, kinds).policy?.(resource) ?? [])
    return {
      views: plannedRelations([], declared, kinds).views,
      policies: policies.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    }
  }
  return () => {
    if (kept) return kept
    const reading = read()
    kept = reading
    reading.catch(() => kept === reading && (kept = undefined))
    return reading
  }
}
