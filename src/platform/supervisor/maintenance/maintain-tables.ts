import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { TableIdentifier } from '../../kinds/reconcile-services.ts'

export type MaintenanceTask = 'expire snapshots' | 'remove orphans'

export interface MaintenanceResult {
  readonly snapshots: number
  readonly files: number
}

/** The last run of a task on a table. */
export interface MaintenanceRun {
  /** `namespace.name`. */
  readonly table: string
  readonly task: MaintenanceTask
  /** When it ended, ISO 8601. */
  readonly at: string
  /** What was removed. */
  readonly snapshots: number
  readonly files: number
  /** Why it did not work; it is tried again at the next turn. */
  readonly error: string | null
}

/** How long between two turns of each task, in milliseconds. */
export interface MaintenanceIntervals {
  readonly expireMs: number
  readonly orphansMs: number
}

export const defaultIntervals: MaintenanceIntervals = { expireMs: 3_600_000, orphansMs: 86_400_000 }

export interface TableMaintenanceOptions {
  /** The tables to maintain, asked at each turn. */
  readonly tables: () => Promise<readonly TableIdentifier[]>
  /** Does it, in another process. Called for one table at a time. */
  readonly run: (table: TableIdentifier, task: MaintenanceTask) => Promise<MaintenanceResult>
  readonly intervals: MaintenanceIntervals
  readonly clock: Clock
  readonly logger: Logger
}

export interface TableMaintenance {
  /** By table and task. */
  latest(): readonly MaintenanceRun[]
  /** Begins no other run; one that runs ends with its process. */
  stop(): void
}

/**
 * Keeps tables small: expires snapshots and removes orphans, by turns. All runs stand in one line, so that never two are
 * at work, and a turn that comes while its predecessor still waits or works is left out.
 */
export function maintainTables(options: TableMaintenanceOptions): TableMaintenance {
  const { intervals, logger } = options
  const runs = new Map<string, MaintenanceRun>()
  const waiting = new Set<MaintenanceTask>()
  let line = Promise.resolve()
  let stopped = false

  async function turn(task: MaintenanceTask): Promise<void> {
    const tables = stopped ? [] : await options.tables()
    const names = new Set(tables.map(nameOf))
    for (const [key, { table }] of runs) if (!names.has(table)) runs.delete(key)
    for (const table of tables) {
      if (stopped) return
      const run = await runOf(table, task, options)
      // What was interrupted by the end of Weir is no news.
      if (stopped) return
      runs.set(`${run.table}/${task}`, run)
    }
  }

  function enqueue(task: MaintenanceTask): void {
    if (waiting.has(task)) return
    waiting.add(task)
    line = line
      .then(() => turn(task))
      .catch((error: unknown) => void (stopped || logger.warn({ err: error, task }, 'tables were not maintained')))
      .finally(() => waiting.delete(task))
  }

  const timers = [
    setInterval(() => enqueue('expire snapshots'), intervals.expireMs),
    setInterval(() => enqueue('remove orphans'), intervals.orphansMs),
  ]
  for (const timer of timers) timer.unref()
  return {
    latest: () => [...runs.values()].toSorted((a, b) => (`${a.table}/${a.task}` < `${b.table}/${b.task}` ? -1 : 1)),
    stop() {
      stopped = true
      for (const timer of timers) clearInterval(timer)
    },
  }
}

async function runOf(
  table: TableIdentifier,
  task: MaintenanceTask,
  { run, clock, logger }: TableMaintenanceOptions,
): Promise<MaintenanceRun> {
  const about = { table: nameOf(table), task }
  const at = (): string => new Date(clock.now()).toISOString()
  try {
    const { snapshots, files } = await run(table, task)
    logger.info({ ...about, snapshots, files }, 'table maintained')
    return { ...about, at: at(), snapshots, files, error: null }
  } catch (error) {
    logger.warn({ ...about, err: error }, 'a table was not maintained; it is tried again at the next turn')
    return { ...about, at: at(), snapshots: 0, files: 0, error: error instanceof Error ? error.message : String(error) }
  }
}

function nameOf({ namespace, name }: TableIdentifier): string {
  return `${namespace}.${name}`
}
