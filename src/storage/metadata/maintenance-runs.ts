import type { Database } from './database.ts'

/** The last run of a task on a table. */
export interface StoredMaintenanceRun {
  /** `namespace.name`. */
  readonly table: string
  readonly task: string
  /** When it ended, ISO 8601. */
  readonly at: string
  /** Snapshots that were removed. */
  readonly snapshots: number
  /** Files that were removed: by compaction from the table, else from the disk. */
  readonly files: number
  readonly bytesRemoved: number
  /** What compaction put in their place. */
  readonly filesAdded: number
  readonly bytesAdded: number
  /** Why it did not work; null when it did. */
  readonly error: string | null
}

/** When tables were last maintained: kept over restarts, or a Weir that is restarted daily would never have a daily turn. */
export interface MaintenanceRunStore {
  /** By table and task. */
  list(): Promise<readonly StoredMaintenanceRun[]>
  /** In place of the run of this table and task before it. Durable when it resolves. */
  save(run: StoredMaintenanceRun): Promise<void>
  /** All runs of a table that is gone. */
  forget(table: string): Promise<void>
}

export function maintenanceRunStore({ db }: Database): MaintenanceRunStore {
  return {
    async list() {
      const rows = await db.selectFrom('maintenance_run').selectAll().orderBy('table_name').orderBy('task').execute()
      return rows.map(({ table_name: table, task, at, error, ...row }) => ({
        table,
        task,
        at,
        snapshots: Number(row.snapshots),
        files: Number(row.files),
        bytesRemoved: Number(row.bytes_removed),
        filesAdded: Number(row.files_added),
        bytesAdded: Number(row.bytes_added),
        error,
      }))
    },
    async save({ table, bytesRemoved, filesAdded, bytesAdded, ...rest }) {
      const run = { ...rest, bytes_removed: bytesRemoved, files_added: filesAdded, bytes_added: bytesAdded }
      await db
        .insertInto('maintenance_run')
        .values({ table_name: table, ...run })
        .onConflict((conflict) => conflict.columns(['table_name', 'task']).doUpdateSet(run))
        .execute()
    },
    async forget(table) {
      await db.deleteFrom('maintenance_run').where('table_name', '=', table).execute()
    },
  }
}
