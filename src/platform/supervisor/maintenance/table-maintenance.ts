import type { Clock } from '../../../kernel/clock.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { MaintenanceRunStore } from '../../../storage/metadata/maintenance-runs.ts'
import type { MaintainedFiles, TablePlace } from '../../children/child-methods.ts'
import type { ControlPlane } from '../../control/control-plane.ts'
import type { TableIdentifier } from '../../kinds/reconcile-services.ts'
import type { OperatorProcess } from '../operator-process.ts'
import type { MaintenanceIntervals, MaintenanceTask } from './due-task.ts'
import { maintainTables, type MaintainedTable, type TableMaintenance } from './maintain-tables.ts'

export interface RunMaintenanceOptions {
  readonly control: ControlPlane
  readonly operator: OperatorProcess
  readonly runs: MaintenanceRunStore
  readonly catalogPlace: Omit<TablePlace, 'namespace' | 'name'>
  readonly intervals: MaintenanceIntervals
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * No patience would be right: a call given up would go on in the operator while the next one begins, two at once. It ends
 * with its answer or with its process. The longest that a timer takes is 2^31 ms.
 */
const untilItEndsMs = 2_000_000_000

/** Reading the manifests and deletes of a large table takes a while. */
const planTimeoutMs = 600_000

export interface DeclaredTableMaintenance extends TableMaintenance {
  /** What a task would do now; changes nothing. */
  plan(table: TableIdentifier, task: MaintenanceTask): Promise<MaintainedFiles>
}

/** Maintains the tables that are declared, in the operator; what other engines made in the catalog is theirs to maintain. */
export function runTableMaintenance(options: RunMaintenanceOptions): DeclaredTableMaintenance {
  const { control, operator, catalogPlace: place } = options
  const maintenance = maintainTables({
    ...options,
    tables: () => declaredTables(control),
    run: ({ namespace, name }, task, compacted, { stop, asked }) =>
      operator.use(
        async (channel, job) => {
          const tell = (): void => void channel.call('stopMaintenance', { job }).catch(() => undefined)
          stop.addEventListener('abort', tell)
          try {
            const request = { namespace, name, task, job, asked, ...place }
            const answer = channel.call('maintain', request, { timeoutMs: untilItEndsMs })
            // It may have been asked to stop while the operator was started.
            if (stop.aborted) tell()
            return await answer
          } finally {
            stop.removeEventListener('abort', tell)
          }
        },
        { compacted },
      ),
  })
  return {
    ...maintenance,
    plan: ({ namespace, name }, task) =>
      operator.use((channel) =>
        channel.call('planMaintenance', { namespace, name, task, ...place }, { timeoutMs: planTimeoutMs }),
      ),
  }
}

async function declaredTables(control: ControlPlane): Promise<readonly MaintainedTable[]> {
  const found: MaintainedTable[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<ControlPlane['list']>> = await control.list({
      kind: 'table',
      ...(cursor === null ? {} : { cursor }),
    })
    for (const { name, state, spec, createdAt } of page.items)
      if (state === 'Active') {
        const { namespace } = spec as { readonly namespace: string }
        found.push({ namespace, name, createdAt })
      }
    cursor = page.next
  } while (cursor !== null)
  return found
}
