import { resourceKey, type Resource, type ResourceReference } from '../kinds/resource.ts'
import { inDependencyOrder } from './dependency-order.ts'

/** What waits to be reconciled, and since how many failures. */
export interface ReconcileQueue {
  /** At once, and as if it had never failed. */
  add(resource: ResourceReference): void
  /** Again after a pause; null is never, until it is added. */
  retry(resource: ResourceReference, failures: number, dueMs: number | null): void
  done(resource: ResourceReference): void
  failures(resource: ResourceReference): number
  /**
   * What is due and comes first: removals, users before what they use; then the others, what is used before its users.
   * What is no longer there leaves the queue.
   */
  next(all: readonly Resource[], nowMs: number): Resource | undefined
  /** When the next one is due; Infinity when nothing waits. */
  nextDueMs(): number
  /** Whether something was added that has not been tried yet. */
  hasUntried(): boolean
}

interface Entry {
  readonly failures: number
  readonly dueMs: number
}

export function reconcileQueue(): ReconcileQueue {
  const entries = new Map<string, Entry>()
  return {
    add: (resource) => void entries.set(resourceKey(resource), { failures: 0, dueMs: 0 }),
    retry(resource, failures, dueMs) {
      if (dueMs === null) entries.delete(resourceKey(resource))
      else entries.set(resourceKey(resource), { failures, dueMs })
    },
    done: (resource) => void entries.delete(resourceKey(resource)),
    failures: (resource) => entries.get(resourceKey(resource))?.failures ?? 0,
    next(all, nowMs) {
      const present = new Set(all.map(resourceKey))
      for (const key of entries.keys()) if (!present.has(key)) entries.delete(key)
      const ordered = inDependencyOrder(all)
      const isDue = (resource: Resource): boolean => (entries.get(resourceKey(resource))?.dueMs ?? Infinity) <= nowMs
      return (
        ordered.findLast((resource) => resource.state === 'Deleting' && isDue(resource)) ??
        ordered.find((resource) => resource.state !== 'Deleting' && isDue(resource))
      )
    },
    nextDueMs: () => Math.min(Infinity, ...[...entries.values()].map(({ dueMs }) => dueMs)),
    hasUntried: () => [...entries.values()].some(({ failures }) => failures === 0),
  }
}
