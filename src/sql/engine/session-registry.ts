import { randomInt } from 'node:crypto'
import type { QueryService } from '../wire/query-service.ts'

/** What a client shows to cancel its own query from another connection. */
export interface CancelKey {
  readonly processId: number
  readonly secret: number
}

/** The sessions of an engine, and what they do. */
export interface SessionRegistry {
  /** A key that no session has. */
  reserve(): CancelKey
  add(key: CancelKey, queries: QueryService): void
  remove(key: CancelKey): void
  /** Does nothing when the key fits no session, as PostgreSQL does. */
  cancel(processId: number, secret: number): void
  cancelAll(): void
  readonly observe: (event: 'start' | 'done' | 'failed') => void
  readonly counts: {
    readonly sessions: number
    readonly running: number
    readonly statements: number
    readonly failed: number
  }
}

export function createSessionRegistry(): SessionRegistry {
  const sessions = new Map<number, { readonly secret: number; readonly queries: QueryService }>()
  let running = 0
  let statements = 0
  let failed = 0
  return {
    reserve() {
      let processId = randomInt(1, 2 ** 31 - 1)
      while (sessions.has(processId)) processId = randomInt(1, 2 ** 31 - 1)
      return { processId, secret: randomInt(0, 2 ** 31 - 1) }
    },
    add: ({ processId, secret }, queries) => void sessions.set(processId, { secret, queries }),
    remove: ({ processId }) => void sessions.delete(processId),
    cancel(processId, secret) {
      const session = sessions.get(processId)
      if (session?.secret === secret) session.queries.cancel()
    },
    cancelAll() {
      for (const { queries } of sessions.values()) queries.cancel()
    },
    observe(event) {
      if (event === 'start') {
        running++
        statements++
      } else running--
      if (event === 'failed') failed++
    },
    get counts() {
      return { sessions: sessions.size, running, statements, failed }
    },
  }
}
