import type { Clock } from '../../kernel/clock.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition, PlanContext } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { kindNamed } from '../kinds/registry.ts'
import { resourceKey, type DesiredResource, type Resource, type ResourceOrigin } from '../kinds/resource.ts'
import type { CatalogRelations } from './catalog-relations.ts'
import type { ControlEvents } from './control-events.ts'
import type { ChangeOptions, ControlPlane } from './control-plane.ts'
import { checkDeclared, withReferences, type CheckedResource } from './desired-state.ts'
import { planSteps, refuseDestruction, type Step } from './plan-changes.ts'
import { plannedRelations } from './planned-relations.ts'
import { refuseInUse, refuseVersion } from './refusals.ts'
import type { Reconciler } from './reconciler.ts'
import { writeOf } from './resource-writes.ts'

interface ChangeContext {
  readonly store: ResourceStore
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly catalog: CatalogRelations
  readonly reconciler: Reconciler
  readonly events: ControlEvents
  readonly clock: Clock
}

/** Somebody else may write between the read and the write of a change; then it is planned anew. */
const attempts = 5

export function changeResources(context: ChangeContext): Pick<ControlPlane, 'plan' | 'apply' | 'put' | 'remove'> {
  const { store, kinds } = context
  const definitionOf = (kind: string) => kindNamed(kind, kinds)
  const readAll = () => store.list({}) as Promise<readonly Resource[]>

  async function planProject(resources: readonly DesiredResource[]): Promise<readonly Step[]> {
    const current = await readAll()
    const declared = resources.map((resource) => checkDeclared(resource, kinds))
    const keys = new Set(declared.map(resourceKey))
    const others = current.filter((each) => !keys.has(resourceKey(each)) && each.state !== 'Deleting')
    const removed = others.filter(({ origin }) => origin === 'project')
    const kept = others.filter(({ origin }) => origin !== 'project')
    const desired = withReferences(declared, [...declared, ...kept])
    for (const resource of removed) refuseInUse(resource, kept)
    const steps = planSteps(desired, current, removed, definitionOf, 'project')
    await check(context, steps, desired, kept)
    return steps
  }

  async function commit(
    plan: () => Promise<readonly Step[]>,
    options: ChangeOptions,
    origin: ResourceOrigin,
  ): Promise<readonly Step[]> {
    for (let attempt = 1; ; attempt++) {
      const steps = await plan()
      if (options.allowDestructive !== true) refuseDestruction(steps.map(({ change }) => change))
      const at = new Date(context.clock.now()).toISOString()
      const result = await store.write(steps.map((step) => writeOf(step, { at, actor: options.actor, origin })))
      if (result.written) {
        announce(context, steps)
        return steps
      }
      if (attempt === attempts)
        throw new WeirError('WEIR-7002', `${result.kind} "${result.name}" is being changed by somebody else. Try again`)
    }
  }

  return {
    async plan({ name, resources }) {
      const steps = await planProject(resources)
      return { project: name, changes: steps.map(({ change }) => change) }
    },
    async apply({ name, resources }, options) {
      const steps = await commit(() => planProject(resources), options, 'project')
      return { project: name, changes: steps.map(({ change }) => change) }
    },
    async put(resource, { ifVersion, mustBeNew = false, ...options }) {
      const declared = checkDeclared(resource, kinds)
      await commit(
        async () => {
          const current = await readAll()
          const mine = current.find((each) => resourceKey(each) === resourceKey(declared))
          refuseVersion(declared, mine, ifVersion, mustBeNew)
          const others = current.filter((each) => each !== mine && each.state !== 'Deleting')
          const desired = withReferences([declared], [declared, ...others])
          const steps = planSteps(desired, current, [], definitionOf, 'api')
          await check(context, steps, desired, others)
          return steps
        },
        options,
        'api',
      )
      return (await store.get(declared)) as Resource
    },
    async remove({ kind, name }, { ifVersion, ...options }) {
      const reference = { kind: definitionOf(kind).kind, name }
      await commit(
        async () => {
          const current = await readAll()
          const mine = current.find((each) => resourceKey(each) === resourceKey(reference))
          refuseVersion(reference, mine, ifVersion, false)
          if (!mine)
            throw new WeirError(
              'WEIR-7001',
              `there is no ${reference.kind} "${name}". weir get ${reference.kind} lists them`,
            )
          if (mine.state === 'Deleting') return []
          refuseInUse(
            mine,
            current.filter(({ state }) => state !== 'Deleting'),
          )
          return planSteps([], current, [mine], definitionOf, 'api')
        },
        options,
        'api',
      )
    },
  }
}

/** What a kind checks beyond its schema, for what changes and for what uses it: an engine may have to be asked. */
async function check(
  context: ChangeContext,
  steps: readonly Step[],
  desired: readonly CheckedResource[],
  kept: readonly Resource[],
): Promise<void> {
  const changed = new Set(steps.map(({ change }) => resourceKey(change)))
  const all: DesiredResource[] = [...desired, ...kept]
  const planContext: PlanContext = {
    desired: all,
    services: context.services,
    relations: async () => plannedRelations(await context.catalog.tables(), all, context.kinds),
  }
  const affected = (resource: Pick<Resource, 'kind' | 'name' | 'references'>): boolean =>
    changed.has(resourceKey(resource)) || resource.references.some((used) => changed.has(resourceKey(used)))
  for (const resource of [...desired, ...kept]) if (affected(resource)) await checkOne(context, resource, planContext)
}

/** An error says of which resource it is. */
async function checkOne({ kinds }: ChangeContext, resource: DesiredResource, planContext: PlanContext): Promise<void> {
  const { kind, name } = resource
  try {
    await kindNamed(kind, kinds).check?.(resource, planContext)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const { code, message, at, details } = error
    throw new WeirError(code, message, {
      cause: error,
      details: { ...details, resource: { kind, name } },
      ...(at === undefined ? {} : { at }),
    })
  }
}

function announce({ reconciler, events }: ChangeContext, steps: readonly Step[]): void {
  for (const { change } of steps) {
    const { kind, name, action } = change
    reconciler.add({ kind, name })
    const state = action === 'delete' ? 'Deleting' : action === 'create' ? 'Creating' : 'Updating'
    events.emit({ type: 'resource', kind, name, state })
  }
}
