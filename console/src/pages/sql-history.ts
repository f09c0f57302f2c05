const key = 'sql-history'
const kept = 100

export interface PastQuery {
  readonly sql: string
  readonly at: string
  readonly ms: number
  readonly rows: number
}

/** Queries asked in this browser, newest first. They stay here: what people ask is nobody else's business. */
export function pastQueries(): readonly PastQuery[] {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '[]') as PastQuery[]
  } catch {
    return []
  }
}

export function remember(query: PastQuery): readonly PastQuery[] {
  const queries = [query, ...pastQueries().filter(({ sql }) => sql !== query.sql)].slice(0, kept)
  localStorage.setItem(key, JSON.stringify(queries))
  return queries
}
