import type { Resource } from '../api/resource.ts'
import { idOf } from './place-nodes.ts'

const aloneMax = 8

/** A few that stand alone are drawn too; hundreds would hide what flows. `left` counts those that are not drawn. */
export function drawnOf(resources: readonly Resource[]): {
  readonly drawn: readonly Resource[]
  readonly left: number
} {
  const used = new Set(resources.flatMap(({ references }) => references.map(idOf)))
  const isAlone = (resource: Resource): boolean => resource.references.length === 0 && !used.has(idOf(resource))
  const alone = resources.filter(isAlone)
  const shown = new Set(alone.slice(0, aloneMax))
  return {
    drawn: resources.filter((resource) => !isAlone(resource) || shown.has(resource)),
    left: alone.length - shown.size,
  }
}
