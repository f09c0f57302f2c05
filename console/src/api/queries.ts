import { useQuery } from '@tanstack/react-query'
import { ApiError, call } from './client.ts'
import type { AuditEntry, LedgerHop } from './answers.ts'
import type { KindDescription } from './kinds.ts'
import type { Resource } from './resource.ts'
import { useIsAdministrator } from './session.ts'

/**
 * The resources of the project. Clients may make thousands of streams: of those the first hundreds are here, all that something refers to
 * and all that need a look. The list of streams asks for what is in sight itself.
 */
export function useResources() {
  return useQuery({ queryKey: ['resources'], queryFn: ({ signal }) => boundedResources(signal) })
}

/** How many streams there are, however many `useResources` has. */
export function useStreamTotal() {
  return useQuery({
    queryKey: ['resources', 'streams'],
    queryFn: ({ signal }) =>
      call<{ total: number }>('GET', '/api/v1/streams?limit=1', undefined, signal).then(({ total }) => total),
  })
}

/** One of them; undefined when there is none. */
export function useResource(kind: string, name: string) {
  return useQuery({
    queryKey: ['resources', kind, name],
    queryFn: async ({ signal }) => {
      try {
        return await call<Resource>('GET', resourcePath(kind, name), undefined, signal)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null
        throw error
      }
    },
  })
}

function resourcePath(kind: string, name: string): string {
  return `/api/v1/resources/${kind}/${encodeURIComponent(name)}`
}

const streamsMax = 500
/** Streams beyond those that something refers to: each is asked for by itself. */
const referredMax = 100

async function boundedResources(signal: AbortSignal): Promise<readonly Resource[]> {
  const { items: kinds } = await call<{ items: readonly KindDescription[] }>('GET', '/api/v1/kinds', undefined, signal)
  const others = kinds.filter(({ kind }) => kind !== 'stream')
  const [streams, failed, ...lists] = await Promise.all([
    onePage(`kind=stream&limit=${streamsMax}`, signal),
    onePage(`kind=stream&state=Failed&limit=${streamsMax}`, signal),
    ...others.map(({ kind }) => allPages<Resource>(`/api/v1/resources?kind=${kind}`, signal)),
  ])
  const rest = lists.flat()
  const known = new Map([...streams, ...failed].map((stream) => [stream.name, stream]))
  const referred = rest.flatMap(({ references }) => references.filter(({ kind }) => kind === 'stream'))
  const missing = [...new Set(referred.map(({ name }) => name))].filter((name) => !known.has(name))
  const found = await Promise.all(
    missing
      .slice(0, referredMax)
      .map((name) => call<Resource>('GET', resourcePath('stream', name), undefined, signal).catch(() => undefined)),
  )
  return [...known.values(), ...found.filter((stream) => stream !== undefined), ...rest]
}

async function onePage(query: string, signal: AbortSignal): Promise<readonly Resource[]> {
  return (await call<{ items: readonly Resource[] }>('GET', `/api/v1/resources?${query}`, undefined, signal)).items
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

/** For administrators: others are not told what flows. */
export function useLedger() {
  const isAdministrator = useIsAdministrator()
  return useQuery({
    queryKey: ['ledger'],
    enabled: isAdministrator,
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
      `${path}&limit=1000${cursor}`,
      undefined,
      signal,
    )
    items.push(...page.items)
    next = page.next
  } while (next !== null)
  return items
}
