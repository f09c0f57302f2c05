import type { BoundRelations } from '../bind/binder.ts'
import type { SessionViews } from '../bind/session-views.ts'
import { tableKey, type PlanFilters } from '../blank/plan-filters.ts'
import type { EngineServices } from '../engine/services.ts'
import { viewTarget } from '../snapshot/view-target.ts'
import type { TablePlan } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'

/** Tables as one statement sees them; `release` when it is done. */
export interface TableReading {
  readonly notices: readonly string[]
  release(): Promise<void>
}

const attemptsMax = 5

/**
 * Resolves all tables of a statement at one moment and makes the session's names mean that, but for files without a row that the
 * statement asks for. `rebind` when the relations have changed since the statement was bound.
 */
export async function readTables(
  services: EngineServices,
  bound: BoundRelations,
  views: SessionViews,
  filters: () => Promise<PlanFilters>,
): Promise<TableReading | 'rebind'> {
  if (bound.tables.length === 0 && bound.views.length === 0) return { notices: [], release: async () => {} }
  for (let attempt = 1; ; attempt++) {
    const planned = bound.tables.length
      ? await planTables(services, bound, filters, attempt > 1)
      : { plans: [], notices: [] }
    if (planned === 'rebind') return 'rebind'
    if (planned === 'stale') {
      if (attempt < attemptsMax) continue
      throw sqlError(
        'WEIR-6010',
        `snapshot and tail of ${bound.tables.map(({ name }) => name).join(', ')} did not come together in ${attemptsMax} attempts; try again`,
        {
          sqlstate: '40001',
        },
      )
    }
    const release = async () => void (await Promise.all(planned.plans.map((plan) => plan.release())))
    try {
      for (const [i, table] of bound.tables.entries()) await views.place(table, planned.plans[i]!.sql)
      for (const view of bound.views) await views.place(view, viewTarget(view))
    } catch (error) {
      await release()
      throw error
    }
    return { notices: planned.notices, release }
  }
}

async function planTables(
  { resolve, planner }: EngineServices,
  { tables, version }: BoundRelations,
  filters: () => Promise<PlanFilters>,
  anew: boolean,
): Promise<{ plans: readonly TablePlan[]; notices: readonly string[] } | 'stale' | 'rebind'> {
  const names = tables.map(({ schema, name }) => ({ schema, name }))
  const resolution = await resolve({ tables: names, relations: version }, anew)
  if (resolution === 'other relations') return 'rebind'
  const { tables: resolved } = resolution
  const plans: (TablePlan | 'stale')[] = []
  for (const table of tables) {
    const found = resolved.find(({ schema, name }) => schema === table.schema && name === table.name)
    if (!found) throw sqlError('WEIR-6003', `table ${table.schema}.${table.name} was dropped`, { sqlstate: '42P01' })
    plans.push(await planner.plan(table, found, async () => (await filters()).get(tableKey(table))))
  }
  const whole = plans.filter((plan): plan is TablePlan => plan !== 'stale')
  if (whole.length === plans.length) return { plans: whole, notices: resolved.flatMap(({ notices }) => notices) }
  await Promise.all(whole.map((plan) => plan.release()))
  return 'stale'
}
