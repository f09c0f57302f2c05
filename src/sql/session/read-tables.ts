import type { BoundRelations } from '../bind/binder.ts'
import { placeRelations } from '../bind/place-relations.ts'
import type { SessionViews } from '../bind/session-views.ts'
import { tableKey, type PlanFilters } from '../blank/plan-filters.ts'
import { duckdbError } from '../duckdb/duckdb-error.ts'
import type { EngineServices } from '../engine/services.ts'
import type { ResolvedTable, TableName } from '../engine-host.ts'
import { isSamePin } from '../snapshot/pin-table.ts'
import type { PendingTable } from '../snapshot/pending-table.ts'
import { type ReadRelation, tableOf, type TablePlan, type WrittenPlan } from '../snapshot/table-plan.ts'
import { sqlError } from '../sql-error.ts'
import { fileError } from './file-error.ts'

/** Tables as one statement sees them; `release` when it is done. */
export interface TableReading {
  readonly notices: readonly string[]
  /** Of the table that the statement writes to. */
  readonly written: WrittenPlan | undefined
  /** Fails when what was read is something else by now. */
  readonly mustBeSame: () => Promise<void>
  release(): Promise<void>
}

/** What the session's transaction has done to a table and not committed. */
export type PendingOf = (table: TableName) => PendingTable | undefined

const attemptsMax = 5

/**
 * Resolves all tables of a statement at one moment and makes the session's names mean that, but for files without a row that the
 * statement asks for. `readsAll`: it reads every row of the others, and ends when that says so. `rebind` when the relations have changed since the statement was bound.
 */
export async function readTables(
  services: EngineServices,
  bound: BoundRelations,
  views: SessionViews,
  filters: () => Promise<PlanFilters>,
  pendingOf: PendingOf,
  readsAll?: AbortSignal,
): Promise<TableReading | 'rebind'> {
  if (bound.tables.length === 0 && bound.views.length === 0)
    return { notices: [], written: undefined, mustBeSame: async () => {}, release: async () => {} }
  for (let attempt = 1; ; attempt++) {
    const planned = bound.tables.length
      ? await planTables(services, bound, { filters, pendingOf, readsAll, anew: attempt > 1 })
      : { plans: [], notices: [], ofFile: async (error: unknown) => error }
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
    const mustBeSame = async () => {
      for (const plan of planned.plans) await plan.mustBeSame?.()
    }
    let placing = 0
    try {
      await placeRelations(bound, views, (_, at) => planned.plans[(placing = at)]!.sql)
    } catch (error) {
      await release()
      throw await planned.ofFile(error, bound.tables[placing])
    }
    const written = planned.plans.find((plan) => plan.written)?.written
    return { notices: planned.notices, written, mustBeSame, release }
  }
}

interface PlanOptions {
  readonly filters: () => Promise<PlanFilters>
  readonly pendingOf: PendingOf
  readonly readsAll: AbortSignal | undefined
  readonly anew: boolean
}

interface PlannedTables {
  readonly plans: readonly TablePlan[]
  readonly notices: readonly string[]
  /** The error with what is known of the file that it tells of. */
  readonly ofFile: (error: unknown, table: ReadRelation | undefined) => Promise<unknown>
}

async function planTables(
  { resolve, planner }: EngineServices,
  bound: BoundRelations,
  { filters, pendingOf, readsAll, anew }: PlanOptions,
): Promise<PlannedTables | 'stale' | 'rebind'> {
  const { tables, version } = bound
  const keyed = tables.filter(({ query }) => query === undefined).map(tableOf)
  const names = [...new Map(keyed.map(({ schema, name }) => [tableKey({ schema, name }), { schema, name }])).values()]
  const resolution = names.length
    ? await resolve({ tables: names, relations: version }, anew)
    : { tables: [], holds: [] }
  if (resolution === 'other relations') return 'rebind'
  const { tables: resolved } = resolution
  const resolvedOf = (table: ReadRelation): ResolvedTable | undefined => {
    const { schema, name } = tableOf(table)
    return resolved.find((one) => schema === one.schema && name === one.name)
  }
  /** DuckDB opens some files already when it learns of them. */
  const ofFile = async (thrown: unknown, table: ReadRelation | undefined): Promise<unknown> => {
    const error = duckdbError(thrown)
    const found = table && table.query === undefined ? resolvedOf(table) : undefined
    if (!table || !found) return error
    const manifest = await planner.manifestOf?.(table, found, error.message).catch(() => undefined)
    return fileError(error, bound, { table, manifest })
  }
  const plans: Planned[] = []
  let planning: ReadRelation | undefined
  try {
    for (const table of tables) {
      if (table.query !== undefined) {
        plans.push({ sql: table.query, release: async () => {} })
        continue
      }
      planning = table
      const { schema, name } = tableOf(table)
      const found = resolvedOf(table)
      if (!found) throw sqlError('WEIR-6003', `table ${schema}.${name} was dropped`, { sqlstate: '42P01' })
      if (table.pin && !isSamePin(table.pin, await planner.pin(found, table.pin.moment))) {
        await release(plans)
        return 'rebind'
      }
      const asked = async () => (await filters()).get(tableKey(table))
      plans.push(await planner.plan(table, found, asked, pendingOf({ schema, name }), readsAll))
    }
  } catch (error) {
    await release(plans)
    throw await ofFile(error, planning)
  }
  const whole = wholeOf(plans)
  if (whole.length === plans.length) return { plans: whole, notices: noticesOf(tables, resolved), ofFile }
  await release(plans)
  return 'stale'
}

type Planned = TablePlan | 'stale'

const wholeOf = (plans: readonly Planned[]): readonly TablePlan[] => plans.filter((plan) => plan !== 'stale')

async function release(plans: readonly Planned[]): Promise<void> {
  await Promise.all(wholeOf(plans).map((plan) => plan.release()))
}

/** What is said of tails is for tables that are read as they are now; of the others, which snapshot is read. */
function noticesOf(tables: readonly ReadRelation[], resolved: readonly ResolvedTable[]): readonly string[] {
  const now = new Set(tables.filter(({ pin }) => !pin).map(tableKey))
  const ofTails = resolved.filter((table) => now.has(tableKey(table))).flatMap(({ notices }) => notices)
  return [...ofTails, ...new Set(tables.flatMap(({ pin }) => (pin ? [pin.notice] : [])))]
}
