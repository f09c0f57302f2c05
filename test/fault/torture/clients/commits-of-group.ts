import type { GroupOffset, History } from '../history.ts'

/** Commits made by the members of a group, none of which goes back by the fault of a member. */
export interface CommitsOfGroup {
  /**
   * Sends the commit, unless any member has begun to commit as much, or one may still be on its way: the log may take two that are
   * under way in either order. Throws what the log answers.
   */
  commit(offset: GroupOffset, send: () => Promise<unknown>): Promise<void>
}

/** What a client gave up may still be taken by a log that is slow. */
const lateMs = 10_000

export function trackCommits(history: History, now: () => number = () => performance.now()): CommitsOfGroup {
  const begunAt = new Map<string, number>()
  const underWayUntil = new Map<string, number>()
  return {
    async commit(offset, send) {
      const place = `${offset.group} ${offset.topic} ${offset.partition}`
      // A member that was given the partition anew may still hold what it had read before: in a new generation it may send that.
      if (offset.offset <= (begunAt.get(place) ?? -1) || now() < (underWayUntil.get(place) ?? -Infinity)) return
      begunAt.set(place, offset.offset)
      underWayUntil.set(place, now() + lateMs)
      const commit = { ...offset, begun: now(), answered: Infinity }
      history.commits.push(commit)
      try {
        await send()
        commit.answered = now()
      } catch (error) {
        if (isGivenUp(error)) throw error
        underWayUntil.delete(place)
        throw error
      }
      underWayUntil.delete(place)
    },
  }
}

/** The client waits no longer; the log was neither killed nor did it answer. */
function isGivenUp(error: unknown): boolean {
  const { name, code } = error as { readonly name?: string; readonly code?: string }
  return /timeout/i.test(`${name} ${code}`)
}
