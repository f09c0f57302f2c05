import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import type { ReconcileServices } from '../kinds/reconcile-services.ts'
import { resourceKey, type Resource } from '../kinds/resource.ts'

/** Makes the world what one resource says, or takes it out of the world. Throws what stands against it. */
export async function reconcileOne(
  resource: Resource,
  all: readonly Resource[],
  definition: KindDefinition,
  services: ReconcileServices,
): Promise<void> {
  if (resource.state === 'Deleting') {
    refuseWhileUsed(resource, all)
    return definition.remove(resource, services)
  }
  refuseWithoutWhatItUses(resource, all)
  await definition.reconcile(resource, services, (reference) =>
    Promise.resolve(all.find((other) => resourceKey(other) === resourceKey(reference))),
  )
}

function refuseWhileUsed(resource: Resource, all: readonly Resource[]): void {
  const key = resourceKey(resource)
  const user = all.find(({ references }) => references.some((reference) => resourceKey(reference) === key))
  if (user) throw waits(`waits until the ${user.kind} "${user.name}", which uses it, is gone`)
}

function refuseWithoutWhatItUses({ references }: Resource, all: readonly Resource[]): void {
  for (const reference of references) {
    const used = all.find((other) => resourceKey(other) === resourceKey(reference))
    if (!used || used.state === 'Deleting')
      throw waits(`waits for the ${reference.kind} "${reference.name}", which is not there`)
    // What failed after it was made can be used; what was never made cannot.
    if (used.state === 'Creating') throw waits(`waits for the ${used.kind} "${used.name}", which is not made yet`)
    if (used.state === 'Failed') throw waits(`waits for the ${used.kind} "${used.name}": ${used.reason ?? 'it failed'}`)
  }
}

function waits(reason: string): WeirError {
  return new WeirError('WEIR-7012', reason)
}
