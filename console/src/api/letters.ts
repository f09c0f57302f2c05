import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { call } from './client.ts'
import type { DeadLetter, LetterReason, ReplayResult } from './answers.ts'

/** Which dead letters are meant; all without it. */
export interface LetterFilter {
  readonly partition?: string | undefined
  readonly code?: string | undefined
  readonly reason?: string | undefined
}

export interface LetterPlace {
  readonly source: string
  readonly partition: number
  readonly offset: string
}

interface Page {
  readonly items: readonly DeadLetter[]
  /** All that are in force, whatever the filter. */
  readonly total: number
  readonly next: string | null
}

const pageSize = 1000
const refreshMs = 5000

/** Page by page; while only the first was asked for it is kept fresh. */
export function useLetters(delivery: string, filter: LetterFilter) {
  const query = queryOf(delivery, filter)
  return useInfiniteQuery({
    queryKey: ['dead-letters', query],
    queryFn: ({ pageParam, signal }) =>
      call<Page>(
        'GET',
        `/api/v1/dead-letters?${query}&limit=${pageSize}${pageParam === null ? '' : `&after=${encodeURIComponent(pageParam)}`}`,
        undefined,
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? false : refreshMs),
  })
}

/** What a dead letter can be for. */
export function useLetterReasons() {
  return useQuery({
    queryKey: ['dead-letter-reasons'],
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      call<{ items: readonly LetterReason[] }>('GET', '/api/v1/dead-letters/reasons', undefined, signal).then(
        ({ items }) => items,
      ),
  })
}

/** `letters` are those that were chosen one by one. */
export function replayLetters(delivery: string, filter: LetterFilter, letters?: readonly LetterPlace[]) {
  const { partition, code, reason } = filter
  const chosen = letters
    ? { letters: letters.map(({ source, partition: number, offset }) => ({ source, partition: number, offset })) }
    : { code, reason, ...(partition === undefined ? {} : { partition: Number(partition) }) }
  return call<ReplayResult>('POST', '/api/v1/dead-letters/replay', {
    delivery,
    ...chosen,
  })
}

function queryOf(delivery: string, filter: LetterFilter): string {
  const query = new URLSearchParams({ delivery })
  for (const [key, value] of Object.entries(filter)) if (typeof value === 'string') query.set(key, value)
  return query.toString()
}
