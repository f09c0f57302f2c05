import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import { filesOfGroups } from '../../../lake/maintenance/compaction/files-of-groups.ts'
import type {
  MaintenanceRunStore,
  RecordedRun,
  RunPage,
  StoredGroup,
  StoredMaintenanceRun,
} from '../../../storage/metadata/maintenance-runs.ts'
import type { TableIdentifier } from '../../kinds/reconcile-services.ts'
import { askedRuns } from './asked-runs.ts'
import {
  dueAt,
  intervalOf,
  isDue,
  type MaintenanceIntervals,
  type MaintenanceTask,
  tasks,
  taskPurposes,
} from './due-task.ts'
import type { TaskTurn } from './task-turn.ts'

export type MaintenanceResult = Omit<RecordedRun, 'table' | 'task' | 'beganAt' | 'at' | 'groupCount' | 'error' | 'code'>

/** A table to maintain, and since when it is there: its first turn comes an interval later. */
export interface MaintainedTable extends TableIdentifier {
  /** ISO 8601. */
  readonly createdAt: string
}

export interface TableMaintenanceOptions {
  /** The tables to maintain, asked at each look. */
  readonly tables: () => Promise<readonly MaintainedTable[]>
  /**
   * Does it, in another process. Called for one table at a time; tells of each group that was committed as it goes. `stop` is raised when
   * somebody waits for its end: it begins no further group. `asked`: its turn has not come, somebody wants it.
   */
  readonly run: (
    table: TableIdentifier,
    task: MaintenanceTask,
    onGroup: (group: StoredGroup) => void,
    call: { readonly stop: AbortSignal; readonly asked: boolean },
  ) => Promise<MaintenanceResult>
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
  /** Of one table: each task's last run, next turn and totals. */
  turns(table: MaintainedTable): Promise<readonly TaskTurn[]>
  /** What runs on it did, newest first. */
  history(table: TableIdentifier, page: { readonly limit: number; readonly before?: number }): Promise<RunPage>
  /**
   * Runs a task now, after the one that is at work; kept and shown like one whose turn has come. One that still waits is shared by all who ask
   * for it. WEIR-2021 while it is held, WEIR-2024 when too many wait.
   */
  run(table: TableIdentifier, task: MaintenanceTask): Promise<RecordedRun>
  /** Resolves when no run is at work, which ends between two groups; none begins until the function that it gives is called. For backups. */
  hold(): Promise<() => void>
  /** Begins no other run; one that runs ends with its process. */
  stop(): void
}

const minuteMs = 60_000

interface Working {
  readonly table: string
  readonly task: MaintenanceTask
  readonly since: string
  readonly stop: AbortController
}

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
    lookMs = Math.min(
      minuteMs,
      intervals.compactMs ?? minuteMs,
      intervals.manifestsMs ?? minuteMs,
      intervals.expireMs,
      intervals.orphansMs,
    ),
  } = options
  let atWork: Promise<void> | undefined
  let holders = 0
  let stopped = false
  let working: Working | undefined

  /** Of the errors of last runs; a restart forgets them, and what is refused is tried once more. */
  const codes = new Map<string, string | null>()
  const withCode = (last: StoredMaintenanceRun | undefined) =>
    last && { ...last, code: codes.get(`${last.table} ${last.task}`) ?? null }

  async function look(): Promise<void> {
    const [tables, latest] = [await options.tables(), await runs.list()]
    await forgetTheGone(runs, latest, tables)
    for (const table of tables)
      for (const task of tasks) {
        if (stopped || holders > 0) return
        const last = latest.find((run) => run.table === nameOf(table) && run.task === task)
        if (!isDue(task, table.createdAt, withCode(last), intervals, clock.now())) continue
        const run = await runWatched(table, task, 'its turn')
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
  const asked = askedRuns()
  function runNow(table: TableIdentifier, task: MaintenanceTask): Promise<RecordedRun> {
    const ended = Promise.withResolvers<void>()
    return asked.ask(
      { table: nameOf(table), task },
      {
        async wait() {
          while (atWork) await atWork
          if (stopped || holders > 0)
            throw new WeirError(
              'WEIR-2021',
              `${nameOf(table)} is not maintained now: a backup is being taken, or Weir ends`,
            )
          atWork = ended.promise
        },
        run: () =>
          runAndKeep(table, task).finally(() => {
            atWork = undefined
            ended.resolve()
          }),
      },
    )
  }

  async function runAndKeep(table: TableIdentifier, task: MaintenanceTask): Promise<RecordedRun> {
    const run = await runWatched(table, task, 'asked for')
    await runs.save(run)
    return run
  }

  async function runWatched(
    table: TableIdentifier,
    task: MaintenanceTask,
    why: 'its turn' | 'asked for',
  ): Promise<RecordedRun> {
    const stop = new AbortController()
    working = { table: nameOf(table), task, since: new Date(clock.now()).toISOString(), stop }
    try {
      const call = { stop: stop.signal, asked: why === 'asked for' }
      const run = await runOf(table, task, call, options)
      codes.set(`${run.table} ${task}`, run.code)
      return run
    } finally {
      working = undefined
    }
  }

  async function turnsOf(table: MaintainedTable): Promise<readonly TaskTurn[]> {
    const name = nameOf(table)
    const [latest, totals] = await Promise.all([runs.list(), runs.totals(name)])
    return tasks.map((task) => {
      const last = latest.find((run) => run.table === name && run.task === task && run.at >= table.createdAt)
      const due = dueAt(task, table.createdAt, withCode(last), intervals, clock.now())
      const { task: _, ...counted } = totals.find((one) => one.task === task) ?? { task }
      return {
        task,
        purpose: taskPurposes[task],
        everyMs: intervalOf(task, intervals) ?? null,
        nextAt: due === undefined ? null : new Date(due).toISOString(),
        workingSince: working?.table === name && working.task === task ? working.since : null,
        last: last ?? null,
        totals: 'runs' in counted ? counted : null,
      }
    })
  }

  return {
    latest: () => runs.list(),
    turns: turnsOf,
    history: (table, page) => runs.history(nameOf(table), page),
    run: runNow,
    async hold() {
      holders++
      working?.stop.abort()
      await atWork
      let released = false
      return () => {
        if (!released) holders--
        released = true
      }
    },
    stop() {
      stopped = true
      working?.stop.abort()
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
  call: { readonly stop: AbortSignal; readonly asked: boolean },
  { run, clock, logger }: TableMaintenanceOptions,
): Promise<RecordedRun> {
  const now = (): string => new Date(clock.now()).toISOString()
  const about = { table: nameOf(table), task, beganAt: now() }
  const committed: StoredGroup[] = []
  try {
    const result = await run(table, task, (group) => void committed.push(group), call)
    const { groups, left, ...counts } = result
    logger.info({ ...about, ...counts, groups: groups.length, left: left.length }, 'table maintained')
    return { ...about, at: now(), ...result, groupCount: groups.length, error: null, code: null }
  } catch (error) {
    logger.warn({ ...about, err: error }, 'a table was not maintained; it is tried again at its next turn')
    const { code, message } = asWeirError(error)
    return { ...about, at: now(), ...committedBefore(committed), error: message, code }
  }
}

/** Each group is a commit of its own: those before the failure are in the table. */
function committedBefore(groups: readonly StoredGroup[]): MaintenanceResult & { readonly groupCount: number } {
  return { ...filesOfGroups(groups), groups, groupCount: groups.length, left: [] }
}

function nameOf({ namespace, name }: TableIdentifier): string {
  return `${namespace}.${name}`
}
