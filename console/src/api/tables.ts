import { useQuery } from '@tanstack/react-query'
import type { SnapshotDiff, TableHistory } from './answers.ts'
import { call } from './client.ts'

/** The snapshots of a table, and its branches and tags. */
export function useTableHistory(name: string) {
  return useQuery({
    queryKey: ['table history', name],
    refetchInterval: 5000,
    queryFn: ({ signal }) => call<TableHistory>('GET', `${pathOf(name)}/history`, undefined, signal),
  })
}

/** What lies between two snapshots, which never changes. */
export function useSnapshotDiff(name: string, from: string, to: string) {
  const query = new URLSearchParams({ from, to }).toString()
  return useQuery({
    queryKey: ['table diff', name, from, to],
    staleTime: Infinity,
    queryFn: ({ signal }) => call<SnapshotDiff>('GET', `${pathOf(name)}/diff?${query}`, undefined, signal),
  })
}

const pathOf = (name: string): string => `/api/v1/tables/${encodeURIComponent(name)}`
