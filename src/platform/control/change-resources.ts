import type { Clock } from '../../kernel/clock.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { ResourceStore } from '../../storage/metadata/resources.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { kindNamed } from '../kinds/registry.ts'
import type { Resource, ResourceOrigin } from '../kinds/resource.ts'
import type { CatalogRelations } from './catalog-relations.ts'
import type { ControlEvents } from './control-events.ts'
import type { ChangeOptions, ControlPlane, Plan } from './control-plane.ts'
import { checkDeclared } from './desired-state.ts'
import { refuseDestruction, type Step } from './plan-changes.ts'
import { planProject, planPut, planRemoval } from './plan-steps.ts'
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
  const readAll = () => store.list({}) as Promise<readonly Resource[]>
  return {
    async plan({ name, resources }) {
      return planOf(name, await planProject(context, resources, await readAll()))
    },
    async apply({ name, resources }, options) {
      const plan = async () => planProject(context, resources, await readAll())
      return planOf(name, await commit(context, plan, options, 'project'))
    },
    async put(resource, { ifVersion, mustBeNew = false, ...options }) {
      const declared = checkDeclared(resource, kinds)
      const plan = async () => planPut(context, declared, await readAll(), { ifVersion, mustBeNew })
      await commit(context, plan, options, 'api')
      return (await store.get(declared)) as Resource
    },
    async remove({ kind, name }, { ifVersion, ...options }) {
      const reference = { kind: kindNamed(kind, kinds).kind, name }
      const plan = async () => planRemoval(context, reference, await readAll(), ifVersion)
      await commit(context, plan, options, 'api')
    },
  }
}

function planOf(project: string, steps: readonly Step[]): Plan {
  return { project, changes: steps.map(({ change }) => change) }
}

/** Plans, and writes all of the plan or nothing of it. */
async function commit(
  context: ChangeContext,
  plan: () => Promise<readonly Step[]>,
  options: ChangeOptions,
  origin: ResourceOrigin,
): Promise<readonly Step[]> {
  for (let attempt = 1; ; attempt++) {
    const steps = await plan()
    if (options.allowDestructive !== true) refuseDestruction(steps.map(({ change }) => change))
    const at = new Date(context.clock.now()).toISOString()
    const result = await context.store.write(steps.map((step) => writeOf(step, { at, actor: options.actor, origin })))
    if (result.written) {
      announce(context, steps)
      return steps
    }
    if (attempt === attempts)
      throw new WeirError('WEIR-7002', `${result.kind} "${result.name}" is being changed by somebody else. Try again`)
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
