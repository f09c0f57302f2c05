import type { ResourceWrite } from '../../storage/metadata/resources.ts'
import type { Resource, ResourceOrigin } from '../kinds/resource.ts'
import type { CheckedResource } from './desired-state.ts'
import type { Step } from './plan-changes.ts'

interface WriteContext {
  readonly at: string
  readonly actor: string
  readonly origin: ResourceOrigin
}

/** What is written for a step: the resource as it shall be, not yet so, and the audit row. */
export function writeOf({ change, desired, current }: Step, context: WriteContext): ResourceWrite {
  const { at, actor } = context
  const { action, kind, name, lines, destroys } = change
  const resource = desired === undefined ? goingAway(current, at) : asDesired(desired, current, context)
  return {
    resource,
    from: current?.version ?? null,
    audit: { at, actor, action, kind, name, detail: { lines, destroys, version: resource.version } },
  }
}

function asDesired(
  { kind, name, spec, tags, references }: CheckedResource,
  current: Resource | undefined,
  { at, origin }: WriteContext,
): Resource {
  return {
    kind,
    name,
    spec,
    tags,
    references,
    // A change by the API leaves a resource the project's; a topic that a client made becomes whose it is changed by.
    origin: origin === 'api' && current?.origin === 'project' ? 'project' : origin,
    version: (current?.version ?? 0) + 1,
    state: current && current.state !== 'Creating' && current.state !== 'Deleting' ? 'Updating' : 'Creating',
    reason: null,
    createdAt: current?.createdAt ?? at,
    updatedAt: at,
  }
}

function goingAway(current: Resource, at: string): Resource {
  return { ...current, version: current.version + 1, state: 'Deleting', reason: null, updatedAt: at }
}
