import { stillHolds } from '../../kernel/change-count.ts'
import type { EngineHost, Resolution, ResolveRequest } from '../engine-host.ts'

/**
 * Tables at one moment, which is now: what the supervisor answered before, while that still holds, else what it answers now.
 * `anew`: what it answered before did not do.
 */
export type ResolveTables = (request: ResolveRequest, anew: boolean) => Promise<Resolution | 'other relations'>

const remembered = 200

export function resolveTables(host: Pick<EngineHost, 'resolve'>): ResolveTables {
  const known = new Map<string, Resolution>()
  return async (request, anew) => {
    const key = JSON.stringify(request)
    const before = known.get(key)
    if (before && !anew && before.holds.every(stillHolds)) return before
    known.delete(key)
    const answer = await host.resolve(request)
    if (answer === 'other relations' || answer.holds.length === 0) return answer
    known.set(key, answer)
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return answer
  }
}
