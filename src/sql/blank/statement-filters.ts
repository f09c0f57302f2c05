import type { BlankDatabase, BlankSession } from './blank-database.ts'
import { planFilters, type PlanFilters } from './plan-filters.ts'

/** What a statement asks of the rows of its tables; found once for each text, for it does not depend on what is in them. */
export type StatementFilters = (text: string, session: BlankSession) => Promise<PlanFilters>

const remembered = 500
const lengthMax = 20_000

export function statementFilters(blank: BlankDatabase): StatementFilters {
  const known = new Map<string, PlanFilters>()
  return async (text, session) => {
    const { bound, searchPath, timeZone } = session
    const key = JSON.stringify([bound.version, bound.datedAs, searchPath, timeZone, text])
    const filters =
      known.get(key) ??
      (await blank.use(session, (connection, { database }) => planFilters(connection, database, text)))
    known.delete(key)
    if (text.length <= lengthMax) known.set(key, filters)
    if (known.size > remembered) known.delete(known.keys().next().value!)
    return filters
  }
}
