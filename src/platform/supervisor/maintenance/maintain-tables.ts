import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { MaintenanceRunStore, StoredMaintenanceRun } from '../../../storage/metadata/maintenance-runs.ts'
import type { TableIdentifier } from '../../kinds/reconcile-services.ts'
import { isDue, type MaintenanceIntervals, type MaintenanceTask, tasks } from './due-task.ts'

export type MaintenanceResult = Pick<
  StoredMaintenanceRun,
  'snapshots' | 'files' | 'bytesRemoved' | 'filesAdded' | 'bytesAdded'
>

const nothing: MaintenanceResult = { snapshots: 0, files: 0, bytesRemoved: 0, filesAdded: 0, bytesAdded: 0 }

/** A table to maintain, and since when it is there: its first turn comes an interval later. */
export interface MaintainedTable extends TableIdentifier {
  /** ISO 8601. */
  readonly createdAt: string
}

export interface TableMaintenanceOptions {
  /** The tables to maintain, asked at each look. */
  readonly tables: () => Promise<readonly MaintainedTable[]>
  /** Does it, in another process. Called for one table at a time. */
  readonly run: (table: TableIdentifier, task: MaintenanceTask) => Promise<MaintenanceResult>
  /** Where the last runs are kept, so that turns are counted through restarts. */
  readonly runs: MaintenanceRunStore
  readonly intervals: MaintenanceIntervals
  /** How often what is due is looked for. */
  readonly lookMs?: number
  readonly clock: Clock
  readonly logger: Logger
}

export interface TableMaintenance {
  /** The last run of each task on each table, by table and task. */
  latest(): Promise<readonly StoredMaintenanceRun[]>
  /** Runs a task now, after the one that is at work; kept and shown like one whose turn has come. WEIR-2021 while it is held. */
  run(table: TableIdentifier, task: MaintenanceTask): Promise<StoredMaintenanceRun>
  /** Resolves when no run is at work; none begins until the function that it gives is called. For backups. */
  hold(): Promise<() => void>
  /** Begins no other run; one that runs ends with its process. */
  stop(): void
}

const minuteMs = 60_000

/**
 * Keeps tables small: compacts, expires snapshots and removes orphans whenever a table's turn has come. Never two runs are at work,
 * and a look that comes while one still works is left out.
 */
export function maintainTables(options: TableMaintenanceOptions): TableMaintenance {
  const {
    runs,
    intervals,
    clock,
    logger,
    lookMs = Math.min(minuteMs, intervals.compactMs ?? minuteMs, intervals.expireMs, intervals.orphansMs),
  } = options
  let atWork: Promise<void> | undefined
  let holders = 0
  let stopped = false

  async function look(): Promise<void> {
    const [tables, latest] = [await options.tables(), await runs.list()]
    await forgetTheGone(runs, latest, tables)
    for (const table of tables)
      for (const task of tasks) {
        if (stopped || holders > 0) return
        const last = latest.find((run) => run.table === nameOf(table) && run.task === task)
        if (!isDue(task, table.createdAt, last, intervals, clock.now())) continue
        const run = await runOf(table, task, options)
        // What was interrupted by the end of Weir is no news.
        if (!stopped) await runs.save(run)
      }
  }

  const timer = setInterval(() => {
    if (atWork || stopped || holders > 0) return
    atWork = look()
      .catch((error: unknown) => void (stopped || logger.warn({ err: error }, 'tables were not maintained')))
      .finally(() => (atWork = undefined))
  }, lookMs)
  timer.unref()
  async function runNow(table: TableIdentifier, task: MaintenanceTask): Promise<StoredMaintenanceRun> {
    while (atWork) await atWork
    if (stopped || holders > 0)
      throw new WeirError('WEIR-2021', `${nameOf(table)} is not maintained now: a backup is being taken, or Weir ends`)
    const kept = runAndKeep(table, task)
    const ended = (): void => void (atWork = undefined)
    atWork = kept.then(ended, ended)
    return kept
  }

  async function runAndKeep(table: TableIdentifier, task: MaintenanceTask): Promise<StoredMaintenanceRun> {
    const run = await runOf(table, task, options)
    await runs.save(run)
    return run
  }

  return {
    latest: () => runs.list(),
    run: runNow,
    async hold() {
      holders++
      await atWork
      let released = false
      return () => {
        if (!released) holders--
        released = true
      }
    },
    stop() {
      stopped = true
      clearInterval(timer)
    },
  }
}

async function forgetTheGone(
  runs: MaintenanceRunStore,
  latest: readonly StoredMaintenanceRun[],
  tables: readonly TableIdentifier[],
): Promise<void> {
  const names = new Set(tables.map(nameOf))
  const gone = new Set(latest.map(({ table }) => table).filter((table) => !names.has(table)))
  for (const table of gone) await runs.forget(table)
}

async function runOf(
  table: TableIdentifier,
  task: MaintenanceTask,
  { run, clock, logger }: TableMaintenanceOptions,
): Promise<StoredMaintenanceRun> {
  const about = { table: nameOf(table), task }
  const at = (): string => new Date(clock.now()).toISOString()
  try {
    const result = await run(table, task)
    logger.info({ ...about, ...result }, 'table maintained')
    return { ...about, at: at(), ...result, error: null }
  } catch (error) {
    logger.warn({ ...about, err: error }, 'a table was not maintained; it is tried again at its next turn')
    return { ...about, at: at(), ...nothing, error: error instanceof Error ? error.message : String(error) }
  }
}

function nameOf({ namespace, name }: TableIdentifier): string {
  return `${namespace}.${name}`
}
