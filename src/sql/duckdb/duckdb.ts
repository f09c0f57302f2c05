import type { DuckDBConnection } from '@duckdb/node-api'

/** How a DuckDB instance is opened. Nothing is ever installed or loaded from the network. */
export interface DuckdbOptions {
  /** DuckDB goes beyond it by 150-250 MB. */
  readonly memoryLimitBytes: number
  readonly threads: number
  /** Spilled data; removed by DuckDB when it closes. */
  readonly temporaryDirectory: string
  /** Whether what footers of Parquet files say is kept, as far as memory is left: for who reads the same files again and again. */
  readonly keepsFooters?: true
  /** Further settings, by DuckDB's names, before the configuration is locked. */
  readonly settings?: Readonly<Record<string, string>>
}

/** One in-memory DuckDB with its settings locked. A connection runs one statement at a time. */
export interface Duckdb {
  connect(): Promise<DuckDBConnection>
  /** For plans that Weir makes itself; the first row's columns by name are on each object. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): void
}
