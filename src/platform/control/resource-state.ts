import type { Clock } from '../../kernel/clock.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { Resource, ResourceState } from '../kinds/resource.ts'
import type { ControlEvents } from './control-events.ts'

interface StateContext {
  readonly store: ResourceStore
  readonly events: ControlEvents
  readonly clock: Clock
}

/** Writes what became of a resource, with an audit row when the state is another one. False when it was changed meanwhile. */
export async function changeState(
  { store, events, clock }: StateContext,
  { kind, name, version, state: before, reason: reasonBefore }: Resource,
  state: ResourceState,
  reason: string | null,
): Promise<boolean> {
  if (before === state && reasonBefore === reason) return (await store.get({ kind, name }))?.version === version
  const at = new Date(clock.now()).toISOString()
  const written = await store.setState({ kind, name }, { version, state, reason, at })
  if (!written) return false
  if (before !== state)
    await store.append({ at, actor: 'weir', action: 'state', kind, name, detail: { from: before, to: state, reason } })
  events.emit({ type: 'resource', kind, name, state })
  return true
}
