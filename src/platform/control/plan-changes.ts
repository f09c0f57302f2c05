import { isDeepStrictEqual } from 'node:util'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import { resourceKey, type Resource, type ResourceOrigin } from '../kinds/resource.ts'
import type { PlannedChange } from './control-plane.ts'
import { inDependencyOrder } from './dependency-order.ts'
import type { CheckedResource } from './desired-state.ts'

/** A change with what is needed to make it. */
export type Step =
  | { readonly change: PlannedChange; readonly desired: CheckedResource; readonly current: Resource | undefined }
  | { readonly change: PlannedChange; readonly desired: undefined; readonly current: Resource }

/** What leads from what there is to what is desired: removals first, those that use before those that are used. */
export function planSteps(
  desired: readonly CheckedResource[],
  current: readonly Resource[],
  removed: readonly Resource[],
  definitionOf: (kind: string) => KindDefinition,
  origin: ResourceOrigin,
): readonly Step[] {
  const present = new Map(current.map((resource) => [resourceKey(resource), resource]))
  const removals = inDependencyOrder(removed)
    .toReversed()
    .map((resource) => removal(resource, definitionOf(resource.kind)))
  const changes = inDependencyOrder(desired).flatMap((resource) =>
    change(resource, present.get(resourceKey(resource)), origin),
  )
  return [...removals, ...changes]
}

function change(desired: CheckedResource, current: Resource | undefined, origin: ResourceOrigin): readonly Step[] {
  const { kind, name, spec, definition } = desired
  if (!current || current.state === 'Deleting')
    return [
      { change: { action: 'create', kind, name, lines: [definition.describe(spec)], destroys: [] }, desired, current },
    ]
  const found = specChanges(desired, current)
  const lines = found.map(({ text }) => text)
  if (!isDeepStrictEqual(current.tags, desired.tags)) lines.push('tags')
  if (lines.length === 0 && !isDeepStrictEqual(current.spec, spec)) lines.push(definition.describe(spec))
  if (origin === 'project' && current.origin !== 'project') lines.push('belongs to the project from now on')
  if (lines.length === 0) return []
  const destroys = found.flatMap((each) => each.destroys ?? [])
  return [{ change: { action: 'update', kind, name, lines, destroys }, desired, current }]
}

function specChanges({ kind, name, spec, definition, at }: CheckedResource, current: Resource) {
  if (isDeepStrictEqual(current.spec, spec)) return []
  try {
    return definition.changes(current.spec, spec)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    throw new WeirError(error.code, `${kind} "${name}": ${error.message}`, {
      details: { ...error.details, resource: { kind, name } },
      ...(at === undefined ? {} : { at }),
    })
  }
}

function removal(current: Resource, definition: KindDefinition): Step {
  const { kind, name } = current
  const lost = definition.destroyedByRemoval(current)
  return {
    change: {
      action: 'delete',
      kind,
      name,
      lines: [definition.describe(current.spec)],
      destroys: lost === null ? [] : [lost],
    },
    desired: undefined,
    current,
  }
}

/** WEIR-7004 names everything that would be lost. */
export function refuseDestruction(changes: readonly PlannedChange[]): void {
  const destructive = changes.filter(({ destroys }) => destroys.length > 0)
  if (destructive.length === 0) return
  const list = destructive.map(
    ({ action, kind, name, destroys }) => `${action} ${kind} "${name}" destroys ${destroys.join(', ')}`,
  )
  throw new WeirError('WEIR-7004', `${list.join('; ')}. If that is meant, allow it with --allow-destructive`, {
    details: { changes: destructive },
  })
}
