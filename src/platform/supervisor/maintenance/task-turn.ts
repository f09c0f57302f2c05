import type {
  MaintenanceTotals,
  RecordedRun,
  StoredMaintenanceRun,
} from '../../../storage/metadata/maintenance-runs.ts'
import type { MaintenanceTask } from './due-task.ts'

/** A task on a table: when it was done last, when it is next, and what all its runs came to. */
export interface TaskTurn {
  readonly task: MaintenanceTask
  /** What it does, for people. */
  readonly purpose: string
  /** null: never by itself. */
  readonly everyMs: number | null
  /** ISO 8601; the look for it comes within a minute after. null: never by itself. */
  readonly nextAt: string | null
  /** Since when it is at work; null when it is not. */
  readonly workingSince: string | null
  readonly last: StoredMaintenanceRun | null
  readonly totals: Omit<MaintenanceTotals, 'task'> | null
}

/** What a run would do. */
export type MaintenancePlan = Omit<RecordedRun, 'table' | 'task' | 'beganAt' | 'at' | 'groupCount' | 'error' | 'code'>
