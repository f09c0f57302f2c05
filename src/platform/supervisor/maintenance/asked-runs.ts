import { WeirError } from '../../../kernel/errors/weir-error.ts'
import type { RecordedRun } from '../../../storage/metadata/maintenance-runs.ts'
import type { MaintenanceTask } from './due-task.ts'

/** Runs that somebody has asked for and that have not begun yet (table-maintenance.md, INV-M16). */
export interface AskedRuns {
  /**
   * `wait` resolves when it is the run's turn, then `run` does it. Whoever asks for a task on a table of which one still waits gets the
   * answer of that one. WEIR-2024 when too many others wait.
   */
  ask(
    asked: { readonly table: string; readonly task: MaintenanceTask },
    work: { readonly wait: () => Promise<void>; readonly run: () => Promise<RecordedRun> },
  ): Promise<RecordedRun>
}

const waitingMax = 64

export function askedRuns(): AskedRuns {
  const waiting = new Map<string, Promise<RecordedRun>>()
  return {
    async ask({ table, task }, { wait, run }) {
      const key = `${table} ${task}`
      const joined = waiting.get(key)
      if (joined !== undefined) return joined
      if (waiting.size >= waitingMax)
        throw new WeirError(
          'WEIR-2024',
          `${table} is not maintained now (${task}): ${waitingMax} runs wait for their turn already`,
        )
      const asked = Promise.resolve()
        .then(wait)
        // What is written from now on may come too late for it: who asks then waits for another.
        .finally(() => waiting.delete(key))
        .then(run)
      waiting.set(key, asked)
      return asked
    },
  }
}
