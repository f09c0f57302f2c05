import type { ViewRelation } from '../../sql/engine-host.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { Resource } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'
import { plannedRelations } from './planned-relations.ts'

interface ViewRelationsOptions {
  readonly list: () => Promise<readonly Resource[]>
  readonly kinds: readonly KindDefinition[]
  /** Tells of each change after it was written and before it is acknowledged. */
  readonly events: Pick<ControlEvents, 'subscribe'>
}

/** The project's views as SQL sees them, kept until a resource changes: every statement that reads a table asks. */
export function viewRelations({ list, kinds, events }: ViewRelationsOptions): () => Promise<readonly ViewRelation[]> {
  let kept: Promise<readonly ViewRelation[]> | undefined
  events.subscribe(({ type }) => {
    // A list that is being read now may be of before the change: whoever asks from now on reads anew.
    if (type === 'resource') kept = undefined
  })
  const read = async () =>
    plannedRelations(
      [],
      (await list()).filter(({ state }) => state !== 'Deleting'),
      kinds,
    ).views
  return () => {
    if (kept) return kept
    const reading = read()
    kept = reading
    reading.catch(() => kept === reading && (kept = undefined))
    return reading
  }
}
