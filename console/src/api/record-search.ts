import { useEffect, useReducer, useRef } from 'react'
import type { StreamRecord } from './answers.ts'
import { ApiError } from './client.ts'
import { placeQuery, queryOf, streamPath, type RecordPlace } from './streams.ts'

/** What is looked for, and where in a record. */
export interface RecordQuery extends RecordPlace {
  readonly text: string
  readonly where: SearchPlace
}

export const searchPlaces = {
  has: 'key or value',
  keyHas: 'key',
  valueHas: 'value',
  key: 'the whole key',
  header: 'header, as name or name=value',
} as const
export type SearchPlace = keyof typeof searchPlaces

export interface SearchState {
  readonly found: readonly StreamRecord[]
  /** Offsets, of how many; bytes read. */
  readonly looked: number
  readonly total: number | undefined
  readonly bytes: number
  readonly status: 'running' | 'stopped' | 'all searched' | 'limit' | 'bytes'
  /** Where it goes on. */
  readonly next: string | null
  readonly error: ApiError | undefined
}

const idle: SearchState = {
  found: [],
  looked: 0,
  total: undefined,
  bytes: 0,
  status: 'running',
  next: null,
  error: undefined,
}

type Change =
  | { readonly kind: 'begin'; readonly goesOn: boolean }
  | { readonly kind: 'records'; readonly records: readonly StreamRecord[] }
  | { readonly kind: 'progress'; readonly looked: number; readonly total: number; readonly bytes: number }
  | { readonly kind: 'end'; readonly status: SearchState['status']; readonly next: string | null }
  | { readonly kind: 'error'; readonly error: ApiError }

/**
 * A search that reads on at the server while the page shows what it found. It ends with the page, by `stop`, and at the bounds of one
 * turn, after which `goOn` takes the next one.
 */
export function useRecordSearch(stream: string, query: RecordQuery) {
  const [state, change] = useReducer(reduce, idle)
  const before = useRef({ looked: 0, bytes: 0 })
  const source = useRef<EventSource>(undefined)
  const address = `${streamPath(stream)}/search?${searchQuery(query)}`

  const begin = (after: string | null): void => {
    source.current?.close()
    change({ kind: 'begin', goesOn: after !== null })
    const events = new EventSource(after === null ? address : `${address}&after=${encodeURIComponent(after)}`)
    source.current = events
    const data = <Data>(event: Event): Data => JSON.parse((event as MessageEvent<string>).data) as Data
    events.addEventListener('records', (event) =>
      change({ kind: 'records', ...data<{ records: readonly StreamRecord[] }>(event) }),
    )
    events.addEventListener('progress', (event) => {
      const { looked, total, bytes } = data<{ looked: string; total: string; bytes: number }>(event)
      change({
        kind: 'progress',
        looked: before.current.looked + Number(looked),
        total: before.current.looked + Number(total),
        bytes: before.current.bytes + bytes,
      })
    })
    events.addEventListener('end', (event) => {
      events.close()
      const { reason, next } = data<{ reason: SearchState['status']; next: string | null }>(event)
      change({ kind: 'end', status: reason, next })
    })
    events.addEventListener('error', (event) => {
      events.close()
      void errorOf(event, events.url).then((error) => change({ kind: 'error', error }))
    })
  }

  useEffect(() => {
    before.current = { looked: 0, bytes: 0 }
    begin(null)
    return () => source.current?.close()
    // Another address is another search.
  }, [address])

  return {
    ...state,
    stop: () => {
      source.current?.close()
      change({ kind: 'end', status: 'stopped', next: null })
    },
    goOn: () => {
      before.current = { looked: state.looked, bytes: state.bytes }
      begin(state.next)
    },
    again: () => {
      before.current = { looked: 0, bytes: 0 }
      begin(null)
    },
  }
}

function searchQuery({ text, where, from, ...place }: RecordQuery): string {
  return `${placeQuery(place)}&${queryOf({ [where]: text, from, order: from === undefined ? 'newest' : 'oldest' })}`
}

function reduce(state: SearchState, change: Change): SearchState {
  switch (change.kind) {
    case 'begin':
      return change.goesOn ? { ...state, status: 'running', next: null, error: undefined } : idle
    case 'records':
      return { ...state, found: [...state.found, ...change.records] }
    case 'progress':
      return { ...state, looked: change.looked, total: change.total, bytes: change.bytes }
    case 'end':
      return { ...state, status: change.status, next: change.next }
    case 'error':
      return { ...state, status: 'stopped', error: change.error }
  }
}

/** An error that the server sent as an event, or why it did not begin at all: an EventSource does not tell. */
async function errorOf(event: Event, url: string): Promise<ApiError> {
  const sent = (event as MessageEvent<unknown>).data
  if (typeof sent === 'string') return toError(500, sent)
  try {
    const answer = await fetch(url, { headers: { accept: 'application/json' } })
    if (answer.ok) await answer.body?.cancel()
    else return toError(answer.status, await answer.text())
  } catch {
    // Said below.
  }
  return toError(0, '')
}

function toError(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error: ConstructorParameters<typeof ApiError>[1] }
    return new ApiError(status, error)
  } catch {
    const remedy = 'Search again; this page heals by itself.'
    return new ApiError(0, { code: 'unreachable', message: 'The search broke off.', remedy, details: {} })
  }
}
