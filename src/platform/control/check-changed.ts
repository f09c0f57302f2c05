import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KindDefinition, PlanContext } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { kindNamed } from '../kinds/registry.ts'
import { resourceKey, type DesiredResource, type Resource } from '../kinds/resource.ts'
import type { CatalogRelations } from './catalog-relations.ts'
import type { CheckedResource } from './desired-state.ts'
import type { Step } from './plan-changes.ts'
import { plannedRelations } from './planned-relations.ts'

export interface CheckContext {
  readonly kinds: readonly KindDefinition[]
  readonly services: ReconcileServices
  readonly catalog: CatalogRelations
}

/** What a kind checks beyond its schema, for what changes and for what uses it: an engine may have to be asked. */
export async function checkChanged(
  context: CheckContext,
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

/** An error says of which resource it is, and where that was declared. */
async function checkOne({ kinds }: CheckContext, resource: DesiredResource, planContext: PlanContext): Promise<void> {
  const { kind, name } = resource
  try {
    await kindNamed(kind, kinds).check?.(resource, planContext)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const { code, message, at = resource.at, details } = error
    throw new WeirError(code, message, {
      cause: error,
      details: { ...details, resource: { kind, name } },
      ...(at === undefined ? {} : { at }),
    })
  }
}
