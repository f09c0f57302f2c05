import { catalogue, type ErrorCode } from '../../../kernel/errors/catalogue.ts'
import type { StoredMaintenanceRun } from '../../../storage/metadata/maintenance-runs.ts'

export type MaintenanceTask = 'compact' | 'rewrite manifests' | 'expire snapshots' | 'remove orphans'

export const tasks: readonly MaintenanceTask[] = ['compact', 'rewrite manifests', 'expire snapshots', 'remove orphans']

/** What each does, for help and pages. */
export const taskPurposes: Readonly<Record<MaintenanceTask, string>> = {
  compact: 'writes small files, and those of which much was deleted, anew',
  'rewrite manifests': 'puts many small manifests together, so that planning opens few',
  'expire snapshots': 'lets go of old snapshots and removes the files that only they named',
  'remove orphans': 'removes files that no snapshot names',
}

/** How long between two turns of each task on a table, in milliseconds. */
export interface MaintenanceIntervals {
  /** Absent: never. */
  readonly compactMs?: number
  /** Absent: never. */
  readonly manifestsMs?: number
  readonly expireMs: number
  readonly orphansMs: number
}

export const defaultIntervals: MaintenanceIntervals = {
  compactMs: 3_600_000,
  manifestsMs: 3_600_000,
  expireMs: 3_600_000,
  orphansMs: 86_400_000,
}

/** What did not work is not left for a day. */
const againAfterFailureMs = 3_600_000
/** What is refused stays so until somebody changes the table. */
const againAfterRefusalMs = 86_400_000

/** How the last run ended; the code of its error as far as it is known, which it is not after a restart. */
export interface EndedRun extends Pick<StoredMaintenanceRun, 'at' | 'error'> {
  readonly code?: string | null
}

/**
 * When the turn of a task comes for a table, in milliseconds since the epoch: an interval after its last run or, before the
 * first, after the table was made; undefined for a task that is never done. Times are those of the wall, for they hold through
 * restarts; a clock that was set back makes the turn due.
 */
export function dueAt(
  task: MaintenanceTask,
  createdAt: string,
  last: EndedRun | undefined,
  intervals: MaintenanceIntervals,
  nowMs: number,
): number | undefined {
  const intervalMs = intervalOf(task, intervals)
  if (intervalMs === undefined) return undefined
  // A run of a table that went before another came under its name says nothing of this one.
  const own = last !== undefined && last.at >= createdAt ? last : undefined
  const since = Date.parse(own?.at ?? createdAt)
  if (since > nowMs) return nowMs
  return since + afterRun(own, intervalMs)
}

function afterRun(run: EndedRun | undefined, intervalMs: number): number {
  if (run?.error == null) return intervalMs
  return isRefusal(run.code ?? null)
    ? Math.max(intervalMs, againAfterRefusalMs)
    : Math.min(intervalMs, againAfterFailureMs)
}

/** Whether the table itself was refused, as one of format version 1 is: a turn later nothing is different. */
function isRefusal(code: string | null): boolean {
  return code !== null && code in catalogue && catalogue[code as ErrorCode].kind === 'invalid'
}

export function isDue(...about: Parameters<typeof dueAt>): boolean {
  const due = dueAt(...about)
  return due !== undefined && due <= about[4]
}

/** Undefined: never. */
export function intervalOf(task: MaintenanceTask, intervals: MaintenanceIntervals): number | undefined {
  if (task === 'compact') return intervals.compactMs
  if (task === 'rewrite manifests') return intervals.manifestsMs
  return task === 'expire snapshots' ? intervals.expireMs : intervals.orphansMs
}
