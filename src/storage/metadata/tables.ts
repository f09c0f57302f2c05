import type { Generated } from 'kysely'

/** The tables of the metadata database, the same in SQLite and PostgreSQL. JSON and ISO 8601 times are text. */
export interface MetadataTables {
  resource: ResourceTable
  resource_tag: { kind: string; name: string; key: string; value: string }
  resource_history: {
    kind: string
    name: string
    version: number
    at: string
    actor: string
    spec: string
    tags: string
  }
  audit: {
    id: Generated<number>
    at: string
    actor: string
    action: string
    kind: string
    name: string
    detail: string
  }
  /** `name` joins the levels by U+001F. */
  catalog_namespace: { name: string; properties: string }
  /** Of tables and of views. */
  catalog_table: { namespace: string; name: string; kind: 'table' | 'view'; metadata_location: string }
  /** Requests with an idempotency key that were done; times in milliseconds. */
  catalog_receipt: { key: string; request: string; answer: string; at: number; expires: number }
  epoch: { scope: string; value: number }
  adoption: { delivery: string; table_name: string; table_uuid: string; source: string }
  maintenance_run: MaintenanceRunTable
  maintenance_history: MaintenanceHistoryTable
  crawl: CrawlTable
}

/** What each crawler found last; `pointer`, `columns` and `summary` are JSON. */
export interface CrawlTable {
  crawler: string
  namespace: string
  table_name: string
  comment: string | null
  declared: string
  pointer: string | null
  columns: string
  summary: string | null
  at: string | null
  error: string | null
}

/** The last run of each task on each table; `error` is null after one that worked. */
export interface MaintenanceRunTable {
  table_name: string
  task: string
  at: string
  snapshots: number
  files: number
  bytes_removed: number
  files_added: number
  bytes_added: number
  error: string | null
  /** All runs together, since `counted_since`. */
  runs: Generated<number>
  all_snapshots: Generated<number>
  all_files: Generated<number>
  all_bytes_removed: Generated<number>
  all_files_added: Generated<number>
  all_bytes_added: Generated<number>
  counted_since: string | null
}

/** Runs that did something or failed; `groups` and `left_over` are JSON. */
export interface MaintenanceHistoryTable {
  id: Generated<number>
  table_name: string
  task: string
  began_at: string
  at: string
  snapshots: number
  files: number
  bytes_removed: number
  files_added: number
  bytes_added: number
  deleted_rows: number
  groups: string
  group_count: number
  left_over: string
  error: string | null
  code: string | null
}

export interface ResourceTable {
  kind: string
  name: string
  spec: string
  tags: string
  resource_references: string
  origin: string
  version: number
  state: string
  reason: string | null
  created_at: string
  updated_at: string
}
