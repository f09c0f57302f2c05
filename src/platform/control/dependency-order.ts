import { WeirError } from '../../kernel/errors/weir-error.ts'
import { resourceKey, type ResourceReference } from '../kinds/resource.ts'

interface Node extends ResourceReference {
  readonly references: readonly ResourceReference[]
}

/** What is used comes before what uses it; else as given. References to what is not there are passed over. WEIR-1011. */
export function inDependencyOrder<Each extends Node>(resources: readonly Each[]): readonly Each[] {
  const byKey = new Map(resources.map((resource) => [resourceKey(resource), resource]))
  const ordered = new Set<Each>()
  const path: string[] = []
  const visit = (resource: Each): void => {
    const key = resourceKey(resource)
    const at = path.indexOf(key)
    if (at >= 0)
      throw new WeirError(
        'WEIR-1011',
        `these refer to each other in a circle: ${[...path.slice(at), key].map((each) => each.replace('/', ' ')).join(' → ')}. Take one reference out`,
      )
    if (ordered.has(resource)) return
    path.push(key)
    for (const reference of resource.references) {
      const used = byKey.get(resourceKey(reference))
      if (used) visit(used)
    }
    path.pop()
    ordered.add(resource)
  }
  resources.forEach(visit)
  return [...ordered]
}
