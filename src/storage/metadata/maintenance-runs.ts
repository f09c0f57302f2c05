import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import type { MaintenanceHistoryTable, MaintenanceRunTable, MetadataTables } from './tables.ts'

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

/** Files that compaction put together, in one commit. */
export interface StoredGroup {
  readonly partition: string
  readonly filesBefore: number
  readonly filesAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  readonly deletedRows: number
}

/** A run in all that is kept of it. */
export interface RecordedRun extends StoredMaintenanceRun {
  readonly beganAt: string
  /** Rows that files of deletes named and that are written no more. */
  readonly deletedRows: number
  /** The first hundred; `groupCount` counts all. */
  readonly groups: readonly StoredGroup[]
  readonly groupCount: number
  /** Why groups were not committed, or left for the next turn; the first twenty. */
  readonly left: readonly string[]
  /** Of the error. */
  readonly code: string | null
}

/** What all runs of a task on a table did. */
export interface MaintenanceTotals {
  readonly task: string
  readonly runs: number
  readonly snapshots: number
  readonly files: number
  readonly bytesRemoved: number
  readonly filesAdded: number
  readonly bytesAdded: number
  /** When the first of them ended; null when there was none. */
  readonly since: string | null
}

export interface RunPage {
  readonly items: readonly (RecordedRun & { readonly id: number })[]
  /** The id to go on before; null at the last. */
  readonly next: number | null
}

/** How tables were maintained: kept over restarts, or a Weir that is restarted daily would never have a daily turn. */
export interface MaintenanceRunStore {
  /** The last of each task on each table, by table and task. */
  list(): Promise<readonly StoredMaintenanceRun[]>
  /**
   * The last run of its task now, counted in the totals, and kept in the history if it did something or failed. All of it is
   * durable when it resolves, or none.
   */
  save(run: RecordedRun): Promise<void>
  /** Newest first: of each task on a table the last hundred that did something or failed. */
  history(table: string, page: { readonly limit: number; readonly before?: number }): Promise<RunPage>
  totals(table: string): Promise<readonly MaintenanceTotals[]>
  /** Everything of a table that is gone. */
  forget(table: string): Promise<void>
}

const [runsKept, groupsKept, leftKept] = [100, 100, 20]

export function maintenanceRunStore({ db, transact }: Database): MaintenanceRunStore {
  return {
    async list() {
      const rows = await db.selectFrom('maintenance_run').selectAll().orderBy('table_name').orderBy('task').execute()
      return rows.map(latestOf)
    },
    save: (run) =>
      transact(async (transaction) => {
        await saveLatest(transaction, run)
        if (didSomething(run)) await append(transaction, run)
      }),
    async history(table, { limit, before }) {
      let query = db
        .selectFrom('maintenance_history')
        .selectAll()
        .where('table_name', '=', table)
        .orderBy('id', 'desc')
        .limit(limit + 1)
      if (before !== undefined) query = query.where('id', '<', before)
      const rows = await query.execute()
      const items = rows.slice(0, limit).map(recordedOf)
      return { items, next: rows.length > limit ? items.at(-1)!.id : null }
    },
    async totals(table) {
      const rows = await db.selectFrom('maintenance_run').selectAll().where('table_name', '=', table).execute()
      return rows.map(totalsOf)
    },
    forget: (table) =>
      transact(async (transaction) => {
        await transaction.deleteFrom('maintenance_run').where('table_name', '=', table).execute()
        await transaction.deleteFrom('maintenance_history').where('table_name', '=', table).execute()
      }),
  }
}

function didSomething({ snapshots, files, filesAdded, left, error }: RecordedRun): boolean {
  return error !== null || snapshots > 0 || files > 0 || filesAdded > 0 || left.length > 0
}

async function saveLatest(transaction: Transaction<MetadataTables>, run: RecordedRun): Promise<void> {
  const { table, task, at, snapshots, files, bytesRemoved, filesAdded, bytesAdded, error } = run
  const latest = {
    at,
    snapshots,
    files,
    bytes_removed: bytesRemoved,
    files_added: filesAdded,
    bytes_added: bytesAdded,
    error,
  }
  const counted = {
    runs: 1,
    all_snapshots: snapshots,
    all_files: files,
    all_bytes_removed: bytesRemoved,
    all_files_added: filesAdded,
    all_bytes_added: bytesAdded,
  }
  const added = (column: keyof typeof counted) =>
    sql<number>`${sql.ref(`maintenance_run.${column}`)} + ${counted[column]}`
  await transaction
    .insertInto('maintenance_run')
    .values({ table_name: table, task, ...latest, ...counted, counted_since: at })
    .onConflict((conflict) =>
      conflict.columns(['table_name', 'task']).doUpdateSet({
        ...latest,
        runs: added('runs'),
        all_snapshots: added('all_snapshots'),
        all_files: added('all_files'),
        all_bytes_removed: added('all_bytes_removed'),
        all_files_added: added('all_files_added'),
        all_bytes_added: added('all_bytes_added'),
        counted_since: sql<string>`coalesce(maintenance_run.counted_since, ${at})`,
      }),
    )
    .execute()
}

async function append(transaction: Transaction<MetadataTables>, run: RecordedRun): Promise<void> {
  const { table, task, beganAt, bytesRemoved, filesAdded, bytesAdded, deletedRows, groups, groupCount, left, ...rest } =
    run
  await transaction
    .insertInto('maintenance_history')
    .values({
      ...rest,
      table_name: table,
      task,
      began_at: beganAt,
      bytes_removed: bytesRemoved,
      files_added: filesAdded,
      bytes_added: bytesAdded,
      deleted_rows: deletedRows,
      groups: JSON.stringify(groups.slice(0, groupsKept)),
      group_count: groupCount,
      left_over: JSON.stringify(left.slice(0, leftKept)),
    })
    .execute()
  const oldest = await transaction
    .selectFrom('maintenance_history')
    .select('id')
    .where('table_name', '=', table)
    .where('task', '=', task)
    .orderBy('id', 'desc')
    .offset(runsKept)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await transaction
    .deleteFrom('maintenance_history')
    .where('table_name', '=', table)
    .where('task', '=', task)
    .where('id', '<=', oldest.id)
    .execute()
}

/** PostgreSQL hands a bigint out as text. */
function latestOf(row: Selectable<MaintenanceRunTable>): StoredMaintenanceRun {
  return {
    table: row.table_name,
    task: row.task,
    at: row.at,
    snapshots: Number(row.snapshots),
    files: Number(row.files),
    bytesRemoved: Number(row.bytes_removed),
    filesAdded: Number(row.files_added),
    bytesAdded: Number(row.bytes_added),
    error: row.error,
  }
}

function totalsOf(row: Selectable<MaintenanceRunTable>): MaintenanceTotals {
  return {
    task: row.task,
    runs: Number(row.runs),
    snapshots: Number(row.all_snapshots),
    files: Number(row.all_files),
    bytesRemoved: Number(row.all_bytes_removed),
    filesAdded: Number(row.all_files_added),
    bytesAdded: Number(row.all_bytes_added),
    since: row.counted_since,
  }
}

function recordedOf(row: Selectable<MaintenanceHistoryTable>): RunPage['items'][number] {
  return {
    id: Number(row.id),
    table: row.table_name,
    task: row.task,
    beganAt: row.began_at,
    at: row.at,
    snapshots: Number(row.snapshots),
    files: Number(row.files),
    bytesRemoved: Number(row.bytes_removed),
    filesAdded: Number(row.files_added),
    bytesAdded: Number(row.bytes_added),
    deletedRows: Number(row.deleted_rows),
    groups: JSON.parse(row.groups) as readonly StoredGroup[],
    groupCount: Number(row.group_count),
    left: JSON.parse(row.left_over) as readonly string[],
    error: row.error,
    code: row.code,
  }
}
