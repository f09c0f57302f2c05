import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useSyncExternalStore } from 'react'

/** Why something on this page, which was read before, could not be read again; undefined when all is fresh. */
export function useStaleReason(): string | undefined {
  const cache = useQueryClient().getQueryCache()
  const subscribe = useCallback((listener: () => void) => cache.subscribe(listener), [cache])
  return useSyncExternalStore(subscribe, () => {
    const stale = cache
      .getAll()
      .find((query) => query.isActive() && query.state.status === 'error' && query.state.data !== undefined)
    return stale?.state.error?.message
  })
}
