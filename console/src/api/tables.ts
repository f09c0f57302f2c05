import { useInfiniteQuery, useQuery, useQueryClient, useMutation } from '@tanstack/react-query'
import type {
  CompactionPlan,
  FileColumns,
  ListedTable,
  MaintenancePlan,
  MaintenanceTurn,
  RecordedRun,
  SnapshotDiff,
  TableClients,
  TableDescription,
  TableFiles,
  TableHistory,
  TableMaintenance,
  TablePartitions,
  TableSchemas,
} from './answers.ts'
import { call } from './client.ts'

const refreshMs = 5000

function get<Answer>(name: string, path: string, signal: AbortSignal): Promise<Answer> {
  return call<Answer>('GET', `/api/v1/tables/${encodeURIComponent(name)}${path}`, undefined, signal)
}

/** Every table, those that nobody declared too. */
export function useAllTables() {
  return useQuery({
    queryKey: ['tables'],
    refetchInterval: refreshMs,
    queryFn: ({ signal }) =>
      call<{ items: readonly ListedTable[] }>('GET', '/api/v1/tables', undefined, signal).then(({ items }) => items),
  })
}

/** A table as it is. */
export function useTable(name: string) {
  return useQuery({
    queryKey: ['table', name],
    refetchInterval: refreshMs,
    queryFn: ({ signal }) => get<TableDescription>(name, '', signal),
  })
}

/** The schemas, partition specs and sort orders that it has had. */
export function useTableSchemas(name: string) {
  return useQuery({
    queryKey: ['table schemas', name],
    queryFn: ({ signal }) => get<TableSchemas>(name, '/schemas', signal),
  })
}

/** The snapshots of a table, and its branches and tags. Thousands of them are read again when its metadata are others. */
export function useTableHistory(name: string) {
  const table = useTable(name)
  const history = useQuery<TableHistory>({
    queryKey: ['table history', name, table.data?.metadataLocation],
    enabled: table.data !== undefined,
    staleTime: Infinity,
    gcTime: 0,
    placeholderData: (before, query) => (query?.queryKey[1] === name ? before : undefined),
    queryFn: ({ signal }) => get<TableHistory>(name, '/history', signal),
  })
  const failed = table.isLoadingError ? table : history.isLoadingError ? history : undefined
  return { data: history.data, error: failed?.error, refetch: () => void failed?.refetch() }
}

/** What lies between two snapshots, which never changes. */
export function useSnapshotDiff(name: string, from: string, to: string) {
  return useQuery({
    queryKey: ['table diff', name, from, to],
    staleTime: Infinity,
    queryFn: ({ signal }) => get<SnapshotDiff>(name, `/diff?${queryOf({ from, to })}`, signal),
  })
}

/** All pages are of one snapshot and read all its manifests: they are read again when somebody asks for it. */
const readOnce = { staleTime: Infinity, refetchOnWindowFocus: false } as const

export interface FilesAsked {
  readonly order?: string | undefined
  readonly content?: string | undefined
  readonly partition?: string | undefined
}

/** Files of the snapshot that is current when they are asked for, page by page. */
export function useTableFiles(name: string, asked: FilesAsked) {
  return useInfiniteQuery({
    ...readOnce,
    queryKey: ['table files', name, asked],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }: TableFiles) => next ?? undefined,
    queryFn: ({ signal, pageParam }) =>
      get<TableFiles>(name, `/files?${queryOf({ ...asked, limit: '500', cursor: pageParam })}`, signal),
  })
}

/** From the first page, of the snapshot that is current then. */
export function useReadAgain(what: 'table files' | 'table partitions', name: string): () => void {
  const queries = useQueryClient()
  return () => void queries.resetQueries({ queryKey: [what, name] })
}

/** Counts and bounds of the columns of one file, which never change. */
export function useFileColumns(name: string, snapshot: string, path: string) {
  return useQuery({
    queryKey: ['file columns', name, snapshot, path],
    staleTime: Infinity,
    queryFn: ({ signal }) => get<FileColumns>(name, `/files/columns?${queryOf({ at: snapshot, path })}`, signal),
  })
}

export function useTablePartitions(name: string, order: string | undefined) {
  return useInfiniteQuery({
    ...readOnce,
    queryKey: ['table partitions', name, order],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }: TablePartitions) => next ?? undefined,
    queryFn: ({ signal, pageParam }) =>
      get<TablePartitions>(name, `/partitions?${queryOf({ order, limit: '500', cursor: pageParam })}`, signal),
  })
}

/** The newest runs, and the turns of each task. */
export function useTableMaintenance(name: string) {
  return useInfiniteQuery({
    queryKey: ['table maintenance', name],
    refetchInterval: refreshMs,
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }: TableMaintenance) => next ?? undefined,
    queryFn: ({ signal, pageParam }) =>
      get<TableMaintenance>(
        name,
        `/maintenance?${queryOf({ limit: '50', before: pageParam === undefined ? undefined : String(pageParam) })}`,
        signal,
      ),
  })
}

/** What compaction would do now. */
export function useCompactionPlan(name: string) {
  return useQuery({
    queryKey: ['compaction plan', name],
    gcTime: 0,
    queryFn: ({ signal }) => get<CompactionPlan>(name, '/compaction', signal),
  })
}

/** Compacts now, after what is at work. */
export function useCompactNow(name: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: () => call<RecordedRun>('POST', `/api/v1/tables/${encodeURIComponent(name)}/compact`, {}),
    onSettled: () => queries.invalidateQueries(),
  })
}

/** What a task of maintenance would do now. */
export function useMaintenancePlan(name: string, task: MaintenanceTurn['task']) {
  return useQuery({
    queryKey: ['maintenance plan', name, task],
    gcTime: 0,
    queryFn: ({ signal }) => get<MaintenancePlan>(name, `/maintenance/${task.replace(' ', '-')}`, signal),
  })
}

/** Does a task of maintenance now, after what is at work. */
export function useMaintenanceNow(name: string, task: MaintenanceTurn['task']) {
  const queries = useQueryClient()
  const path = `/api/v1/tables/${encodeURIComponent(name)}/maintenance/${task.replace(' ', '-')}`
  return useMutation({
    mutationFn: () => call<RecordedRun>('POST', path, {}),
    onSettled: () => queries.invalidateQueries(),
  })
}

export function useTableClients(name: string) {
  return useQuery({
    queryKey: ['table clients', name],
    queryFn: ({ signal }) => get<TableClients>(name, '/clients', signal),
  })
}

function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return new URLSearchParams(given).toString()
}
