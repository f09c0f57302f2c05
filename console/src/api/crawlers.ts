import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { CrawledFiles, ErrorAnswer } from './answers.ts'
import { ApiError, call, callForEvents } from './client.ts'

const pageFiles = 500

const path = (name: string): string => `/api/v1/crawlers/${encodeURIComponent(name)}`

/** What became of each file in the last crawl, page by page; `crawledAt` tells that crawl from others. */
export function useCrawledFiles(name: string, leftOut: boolean, crawledAt: string | null) {
  return useInfiniteQuery({
    queryKey: ['crawled files', name, leftOut, crawledAt],
    staleTime: Infinity,
    initialPageParam: 0,
    getNextPageParam: ({ total }: CrawledFiles, _, skip) => (skip + pageFiles < total ? skip + pageFiles : undefined),
    queryFn: ({ signal, pageParam }) =>
      call<CrawledFiles>(
        'GET',
        `${path(name)}/files?limit=${pageFiles}&skip=${pageParam}&leftOut=${leftOut}`,
        undefined,
        signal,
      ),
  })
}

export interface CrawlState {
  readonly status: 'idle' | 'running' | 'done' | 'stopped'
  /** Files looked at; 0 while they are listed, and `total` counts those. */
  readonly done: number
  readonly total: number
  readonly error: ApiError | undefined
}

const idle: CrawlState = { status: 'idle', done: 0, total: 0, error: undefined }

/** Crawls now. It ends with the page, and by `stop`: what it has found by then is there for the next. */
export function useCrawlNow(name: string) {
  const queries = useQueryClient()
  const [state, setState] = useState(idle)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [name])

  const start = async (): Promise<void> => {
    const stop = new AbortController()
    running.current = stop
    setState({ ...idle, status: 'running' })
    try {
      for await (const { event, data } of callForEvents(`${path(name)}/crawl`, {}, stop.signal)) {
        if (event === 'progress') setState((before) => ({ ...before, ...(data as { progress: Counts }).progress }))
        else if (event === 'failed') throw failure((data as { failed: ErrorAnswer['error'] }).failed)
      }
      setState((before) => ({ ...before, status: 'done' }))
    } catch (error) {
      if (stop.signal.aborted) setState({ ...idle, status: 'stopped' })
      else
        setState({
          ...idle,
          error: error instanceof ApiError ? error : failure({ code: 'unreachable', message: String(error) }),
        })
    }
    await queries.invalidateQueries({ queryKey: ['status', 'crawler', name] })
    await queries.invalidateQueries({ queryKey: ['audit'] })
  }
  return { state, start: () => void start(), stop: () => running.current?.abort() }
}

type Counts = Pick<CrawlState, 'done' | 'total'>

function failure({ code, message }: Pick<ErrorAnswer['error'], 'code' | 'message'>): ApiError {
  return new ApiError(200, { code, message, remedy: '', details: {} })
}
