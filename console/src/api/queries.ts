import { useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import type { AuditEntry, LedgerHop } from './answers.ts'
import type { KindDescription } from './kinds.ts'
import type { Resource } from './resource.ts'

/** Every resource of the project: a project has hundreds, not millions. */
export function useResources() {
  return useQuery({ queryKey: ['resources'], queryFn: ({ signal }) => allPages<Resource>('/api/v1/resources', signal) })
}

/** What a kind is for and the schema of its spec: the help texts of its declaration. */
export function useKinds() {
  return useQuery({
    queryKey: ['kinds'],
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      call<{ items: readonly KindDescription[] }>('GET', '/api/v1/kinds', undefined, signal).then(({ items }) => items),
  })
}

export function useLedger() {
  return useQuery({
    queryKey: ['ledger'],
    refetchInterval: 2000,
    queryFn: ({ signal }) => call<{ hops: readonly LedgerHop[] }>('GET', '/api/v1/ledger', undefined, signal),
  })
}

export function useStatus<Status>(kind: string, name: string) {
  return useQuery({
    queryKey: ['status', kind, name],
    refetchInterval: 2000,
    queryFn: ({ signal }) =>
      call<Status>('GET', `/api/v1/resources/${kind}/${encodeURIComponent(name)}/status`, undefined, signal),
  })
}

export function useAudit(of?: { readonly kind: string; readonly name: string }) {
  const filter = of ? `&kind=${of.kind}&name=${encodeURIComponent(of.name)}` : ''
  return useQuery({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) =>
      call<{ items: readonly AuditEntry[] }>('GET', `/api/v1/audit?limit=1000${filter}`, undefined, signal),
  })
}

async function allPages<Item>(path: string, signal: AbortSignal): Promise<readonly Item[]> {
  const items: Item[] = []
  let next: string | null = null
  do {
    const cursor: string = next === null ? '' : `&cursor=${encodeURIComponent(next)}`
    const page: { items: readonly Item[]; next: string | null } = await call(
      'GET',
      `${path}?limit=1000${cursor}`,
      undefined,
      signal,
    )
    items.push(...page.items)
    next = page.next
  } while (next !== null)
  return items
}
