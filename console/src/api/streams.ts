import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type {
  Acl,
  RecordDetail,
  StreamConfig,
  StreamFigures,
  StreamListing,
  StreamPartition,
  StreamRecord,
  StreamSubject,
  PartitionTrouble,
} from './answers.ts'
import { call } from './client.ts'

export function streamPath(name: string): string {
  return `/api/v1/streams/${encodeURIComponent(name)}`
}

/** Which streams are listed. */
export interface StreamFilter {
  readonly prefix?: string | undefined
  readonly tag?: string | undefined
  readonly state?: string | undefined
}

interface ListPage {
  readonly items: readonly StreamListing[]
  readonly total: number
}

const chunkSize = 100
const listRefreshMs = 5000

/**
 * A list of any length of which only what is in sight is asked for. Rows that are on their way are undefined. `chunks` are the
 * hundreds that are looked at.
 */
export function useStreamRows(filter: StreamFilter, chunks: readonly number[]) {
  // A tag that is being typed is none yet.
  const tag = filter.tag?.includes('=') ? filter.tag : undefined
  const query = queryOf({ ...filter, tag, limit: String(chunkSize) })
  const pages = useQueries({
    queries: chunks.map((chunk) => ({
      queryKey: ['streams', query, chunk],
      refetchInterval: listRefreshMs,
      placeholderData: (before: ListPage | undefined) => before,
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        call<ListPage>('GET', `/api/v1/streams?${query}&skip=${chunk * chunkSize}`, undefined, signal),
    })),
  })
  const [first] = pages
  const total = useLast(query, pages.find(({ data }) => data)?.data?.total)
  const rows = useMemo(() => {
    if (total === undefined) return undefined
    const found = new Array<StreamListing | undefined>(total)
    for (const [at, { data }] of pages.entries())
      for (const [row, item] of (data?.items ?? []).entries()) found[chunks[at]! * chunkSize + row] = item
    return found
    // Pages are new objects at each turn; what they hold is not.
  }, [total, chunks, ...pages.map(({ data }) => data)])
  return { rows, total, error: first?.isLoadingError ? first.error : undefined, refetch: () => void first?.refetch() }
}

/** What was known last, while nothing newer is: a list keeps its length when one goes to where nothing was asked for yet. */
function useLast<Value>(of: string, value: Value | undefined): Value | undefined {
  const last = useRef({ of, value })
  if (value !== undefined || last.current.of !== of) last.current = { of, value }
  return last.current.value
}

/** The chunks in which these rows lie. */
export function chunksOf(first: number, last: number): readonly number[] {
  const from = Math.floor(Math.max(0, first) / chunkSize)
  const to = Math.floor(Math.max(0, last) / chunkSize)
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

const namesMax = 20

/** Streams whose names begin so, of all there are. */
export function useStreamNames(prefix: string): readonly string[] {
  const names = useQuery({
    queryKey: ['stream names', prefix],
    enabled: prefix.length > 1,
    queryFn: ({ signal }) =>
      call<ListPage>('GET', `/api/v1/streams?${queryOf({ prefix, limit: String(namesMax) })}`, undefined, signal).then(
        ({ items }) => items.map(({ name }) => name),
      ),
  })
  return names.data ?? noNames
}

const noNames: readonly string[] = []

export function useStreamFigures(name: string) {
  return useQuery({
    queryKey: ['stream', name],
    refetchInterval: 2000,
    queryFn: ({ signal }) => call<StreamFigures>('GET', streamPath(name), undefined, signal),
  })
}

const partitionsPage = 1000

export function usePartitions(name: string, from: number) {
  return useQuery({
    queryKey: ['partitions', name, from],
    refetchInterval: 2000,
    queryFn: ({ signal }) =>
      call<{ items: readonly StreamPartition[] }>(
        'GET',
        `${streamPath(name)}/partitions?from=${from}&limit=${partitionsPage}`,
        undefined,
        signal,
      ).then(({ items }) => items),
  })
}

export function useConfigs(name: string) {
  return useQuery({
    queryKey: ['configs', name],
    queryFn: ({ signal }) =>
      call<{ items: readonly StreamConfig[] }>('GET', `${streamPath(name)}/configs`, undefined, signal).then(
        ({ items }) => items,
      ),
  })
}

export function changeConfigs(name: string, changes: Readonly<Record<string, string | null>>, dryRun: boolean) {
  return call('PATCH', `${streamPath(name)}/configs`, { changes, dryRun })
}

export function useAcls(name: string) {
  return useQuery({
    queryKey: ['acls', name],
    queryFn: ({ signal }) =>
      call<{ enabled: boolean; items: readonly Acl[] }>('GET', `${streamPath(name)}/acls`, undefined, signal),
  })
}

export function useSubjects(name: string) {
  return useQuery({
    queryKey: ['subjects', name],
    queryFn: ({ signal }) =>
      call<{ items: readonly StreamSubject[] }>('GET', `${streamPath(name)}/subjects`, undefined, signal).then(
        ({ items }) => items,
      ),
  })
}

/** Which records are read, and from where. */
export interface RecordPlace {
  readonly partition?: string | undefined
  /** Oldest first from there; newest first without it. */
  readonly from?: string | undefined
  readonly uncommitted?: boolean | undefined
}

interface RecordsPage {
  readonly items: readonly StreamRecord[]
  readonly next: string | null
  readonly troubles: readonly PartitionTrouble[]
}

/** Of each key and value: more does not fit into a line. */
const listedTextBytes = 400
const recordsPageSize = 200
const followMs = 2000

/** Page by page; while only the first was asked for it can be kept fresh. */
export function useRecords(name: string, place: RecordPlace, follow: boolean) {
  const query = placeQuery(place)
  return useInfiniteQuery({
    queryKey: ['records', name, query],
    queryFn: ({ pageParam, signal }) =>
      call<RecordsPage>(
        'GET',
        `${streamPath(name)}/records?${query}&limit=${recordsPageSize}${pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`}`,
        undefined,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => (follow && (state.data?.pages.length ?? 1) === 1 ? followMs : false),
  })
}

/** As much of a key or a value as a page shows; the rest is downloaded. */
const shownTextBytes = 200_000

export function useRecord(name: string, partition: string, offset: string) {
  return useQuery({
    queryKey: ['record', name, partition, offset],
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      call<RecordDetail>(
        'GET',
        `${recordPath(name, partition, offset)}?textBytes=${shownTextBytes}`,
        undefined,
        signal,
      ),
  })
}

export function recordPath(name: string, partition: number | string, offset: string): string {
  return `${streamPath(name)}/records/${partition}/${offset}`
}

export interface NewRecord {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly { readonly key: string; readonly value: string | null }[]
  readonly partition?: number
  readonly timestamp?: string
}

export function produceRecord(name: string, record: NewRecord) {
  return call<{ batches: readonly { partition: number; baseOffset: string }[] }>(
    'POST',
    `${streamPath(name)}/records`,
    {
      records: [record],
    },
  )
}

/** As the API takes it, with the length that lines of a list show. */
export function placeQuery({ partition, from, uncommitted }: RecordPlace): string {
  return queryOf({ partition, from, uncommitted: uncommitted ? 'true' : undefined, textBytes: String(listedTextBytes) })
}

export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') query.set(name, value)
  return query.toString()
}
