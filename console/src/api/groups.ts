import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { ConsumerGroup, GroupHistory, ResetPlan } from './answers.ts'
import { call } from './client.ts'
import { queryOf } from './streams.ts'

export interface GroupFilter {
  readonly prefix?: string | undefined
  readonly state?: string | undefined
  /** Only groups that read it, with what they have of it alone. */
  readonly stream?: string | undefined
}

interface GroupsPage {
  readonly items: readonly ConsumerGroup[]
  readonly next: string | null
  readonly total: number
}

const refreshMs = 3000

function groupPath(group: string): string {
  return `/api/v1/groups/${encodeURIComponent(group)}`
}

/** Page by page; while only the first was asked for it is kept fresh. */
export function useGroups(filter: GroupFilter) {
  const query = queryOf({ ...filter })
  return useInfiniteQuery({
    queryKey: ['groups', query],
    queryFn: ({ pageParam, signal }) =>
      call<GroupsPage>(
        'GET',
        `/api/v1/groups?${query}${pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`}`,
        undefined,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : refreshMs),
  })
}

export function useGroup(group: string) {
  return useQuery({
    queryKey: ['group', group],
    refetchInterval: 2000,
    queryFn: ({ signal }) => call<ConsumerGroup>('GET', groupPath(group), undefined, signal),
  })
}

export function useGroupHistory(group: string) {
  return useQuery({
    queryKey: ['group history', group],
    refetchInterval: 10_000,
    queryFn: ({ signal }) => call<GroupHistory>('GET', `${groupPath(group)}/history`, undefined, signal),
  })
}

/** As the API takes it. */
export type ResetTarget =
  | { readonly to: 'earliest' | 'latest' | 'current' }
  | { readonly to: 'offset'; readonly offset: number }
  | { readonly to: 'time'; readonly time: string }
  | { readonly to: 'shift'; readonly by: number }

export function resetGroup(group: string, target: ResetTarget, stream: string | undefined, execute: boolean) {
  const streams = stream === undefined ? [] : [{ topic: stream }]
  return call<ResetPlan>('POST', `${groupPath(group)}/reset`, { target, streams, execute })
}

export function deleteGroup(group: string) {
  return call<{ partitions: number }>('DELETE', groupPath(group))
}
