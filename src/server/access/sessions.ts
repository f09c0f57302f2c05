import { randomBytes } from 'node:crypto'
import type { Principal } from '../../access/principal.ts'

/** Who has signed in at the console. */
export interface SignedIn {
  readonly name: string
  readonly principal: Principal
}

/** Sessions of browsers, in memory: a restart ends them, and with it whatever password has changed. */
export interface Sessions {
  /** Its id: whoever shows it is this user. The oldest of the user's, or of all, goes where there are too many. */
  open(who: SignedIn): string
  /** Undefined for one that has ended. Each use keeps it for a while. */
  of(id: string): SignedIn | undefined
  /** Is no use of it. */
  isOpen(id: string): boolean
  close(id: string): void
}

export interface SessionLimits {
  /** Unused. */
  readonly idleMs: number
  readonly lifetimeMs: number
  readonly perUserMax: number
  readonly allMax: number
}

export const sessionLimits: SessionLimits = {
  idleMs: 2 * 3_600_000,
  lifetimeMs: 12 * 3_600_000,
  perUserMax: 20,
  allMax: 2000,
}

interface Session {
  readonly who: SignedIn
  readonly endsAt: number
  usedAt: number
}

export function sessions(now: () => number, limits = sessionLimits): Sessions {
  /** In the order in which they were opened. */
  const open = new Map<string, Session>()
  const isOver = ({ endsAt, usedAt }: Session): boolean => now() >= Math.min(endsAt, usedAt + limits.idleMs)
  const makeRoomFor = (name: string): void => {
    for (const [id, session] of open) if (isOver(session)) open.delete(id)
    const own = [...open].filter(([, { who }]) => who.name === name)
    if (own.length >= limits.perUserMax) open.delete(own[0]![0])
    const [oldest] = open.keys()
    if (open.size >= limits.allMax && oldest !== undefined) open.delete(oldest)
  }
  return {
    open(who) {
      makeRoomFor(who.name)
      const id = randomBytes(32).toString('base64url')
      open.set(id, { who, endsAt: now() + limits.lifetimeMs, usedAt: now() })
      return id
    },
    of(id) {
      const session = open.get(id)
      if (session === undefined) return undefined
      if (isOver(session)) {
        open.delete(id)
        return undefined
      }
      session.usedAt = now()
      return session.who
    },
    isOpen(id) {
      const session = open.get(id)
      return session !== undefined && !isOver(session)
    },
    close: (id) => void open.delete(id),
  }
}
