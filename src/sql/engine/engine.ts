import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { Relations } from '../engine-host.ts'
import type { CrawledBuckets } from '../snapshot/crawled-planner.ts'
import type { TrinoConfig } from '../trino/trino-config.ts'
import type { Logger } from '../../kernel/logger.ts'

/** What `startEngine` needs. The engine writes nothing but below the three directories. */
export interface EngineConfig {
  /** Where it listens: a unix socket in a folder of mode 0700, or a loopback port for tests (0: any). */
  readonly listen: { readonly socketPath: string } | { readonly port: number }
  /** DuckDB's memory_limit: the process's budget less 250 MB. */
  readonly memoryLimitBytes: number
  readonly threads: number
  /** DuckDB spills here. */
  readonly temporaryDirectory: string
  /** Hard links of tail segments while a query reads them; same file system as the tails. Emptied at start. */
  readonly linkDirectory: string
  /** What statements have written until it is committed; same file system as the lake. Emptied at start. */
  readonly scratchDirectory: string
  /** Where snapshots are read from. */
  readonly objects: ObjectStore
  /** Buckets whose files crawlers have made tables of; without it such tables are not read. */
  readonly buckets?: CrawledBuckets
  /** Name of the database as clients see it; default `weir`. */
  readonly database?: string
  /** Answers queries in the place of DuckDB (docs/spec/sql-trino.md). */
  readonly trino?: TrinoConfig
  readonly logger?: Logger
}

/** A running engine: PostgreSQL's protocol on a socket. It trusts whoever connects: the relay asks for the password. */
export interface Engine {
  readonly address: { readonly socketPath: string } | { readonly port: number }
  status(): EngineStatus
  /**
   * Columns of a query, without running it, against these relations or the current ones. WEIR-6001 to 6004, with `position`
   * (1-based, characters) among the details.
   */
  describe(sql: string, relations?: Relations): Promise<readonly { readonly name: string; readonly type: string }[]>
  /** Lets running statements end until the deadline, interrupts the rest, closes everything. */
  stop(options: { readonly deadlineMs: number }): Promise<void>
}

export interface EngineStatus {
  readonly sessions: number
  readonly running: number
  readonly statements: number
  readonly failed: number
}
