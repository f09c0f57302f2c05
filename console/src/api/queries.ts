import { useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import type { AuditEntry, LedgerHop, Resource } from './types.ts'

/** Every resource of the project: a project has hundreds, not millions. */
export function useResources() {
  return useQuery({ queryKey: ['resources'], queryFn: ({ signal }) => allPages<Resource>('/api/v1/resources', signal) })
}

export function useLedger() {
  return useQuery({
    queryKey: ['ledger'],
    queryFn: ({ signal }) => call<{ hops: readonly LedgerHop[] }>('GET', '/api/v1/ledger', undefined, signal),
  })
}

export function useAudit(of?: { readonly kind: string; readonly name: string }) {
  const filter = of ? `?kind=${of.kind}&name=${encodeURIComponent(of.name)}` : ''
  return useQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) => call<{ items: readonly AuditEntry[] }>('GET', `/api/v1/audit${filter}`, undefined, signal),
  })
}

async function allPages<Item>(path: string, signal: AbortSignal): Promise<readonly Item[]> {
  const items: Item[] = []
  let next: string | null = null
  do {
    const query: string = next === null ? '' : `?cursor=${encodeURIComponent(next)}`
    const page: { items: readonly Item[]; next: string | null } = await call(
      'GET',
      `${path}${query}`,
      undefined,
      signal,
    )
    items.push(...page.items)
    next = page.next
  } while (next !== null)
  return items
}
