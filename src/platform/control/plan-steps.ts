import { WeirError } from '../../kernel/errors/weir-error.ts'
import { kindNamed } from '../kinds/registry.ts'
import { resourceKey, type DesiredResource, type Resource, type ResourceReference } from '../kinds/resource.ts'
import { checkChanged, type CheckContext } from './check-changed.ts'
import { checkDeclared, withReferences, type CheckedResource } from './desired-state.ts'
import { planSteps, type Step } from './plan-changes.ts'
import { refuseInUse, refuseVersion } from './refusals.ts'

/** What leads from the resources that there are to those of a project; what is no project's stays. */
export async function planProject(
  context: CheckContext,
  resources: readonly DesiredResource[],
  current: readonly Resource[],
): Promise<readonly Step[]> {
  const declared = resources.map((resource) => checkDeclared(resource, context.kinds))
  const keys = new Set(declared.map(resourceKey))
  const others = current.filter((each) => !keys.has(resourceKey(each)) && each.state !== 'Deleting')
  const removed = others.filter(({ origin }) => origin === 'project')
  const kept = others.filter(({ origin }) => origin !== 'project')
  const desired = withReferences(declared, [...declared, ...kept])
  for (const resource of removed) refuseInUse(resource, kept)
  const steps = planSteps(desired, current, removed, definitionIn(context), 'project')
  await checkChanged(context, steps, desired, kept)
  return steps
}

export async function planPut(
  context: CheckContext,
  declared: Omit<CheckedResource, 'references'>,
  current: readonly Resource[],
  { ifVersion, mustBeNew }: { readonly ifVersion: number | undefined; readonly mustBeNew: boolean },
): Promise<readonly Step[]> {
  const mine = find(current, declared)
  refuseVersion(declared, mine, ifVersion, mustBeNew)
  const others = current.filter((each) => each !== mine && each.state !== 'Deleting')
  const desired = withReferences([declared], [declared, ...others])
  const steps = planSteps(desired, current, [], definitionIn(context), 'api')
  await checkChanged(context, steps, desired, others)
  return steps
}

/** Nothing for what is going away already. */
export async function planRemoval(
  context: CheckContext,
  reference: ResourceReference,
  current: readonly Resource[],
  ifVersion: number | undefined,
): Promise<readonly Step[]> {
  const { kind, name } = reference
  const mine = find(current, reference)
  refuseVersion(reference, mine, ifVersion, false)
  if (!mine) throw new WeirError('WEIR-7001', `there is no ${kind} "${name}". weir get ${kind} lists them`)
  if (mine.state === 'Deleting') return []
  refuseInUse(
    mine,
    current.filter(({ state }) => state !== 'Deleting'),
  )
  return planSteps([], current, [mine], definitionIn(context), 'api')
}

function find(resources: readonly Resource[], reference: ResourceReference): Resource | undefined {
  return resources.find((each) => resourceKey(each) === resourceKey(reference))
}

function definitionIn({ kinds }: CheckContext) {
  return (kind: string) => kindNamed(kind, kinds)
}
