import type { KnownRelations } from '../bind/known-relations.ts'
import type { BlankDatabase } from '../blank/blank-database.ts'
import type { StatementFilters } from '../blank/statement-filters.ts'
import type { Duckdb } from '../duckdb/duckdb.ts'
import type { CatalogStore } from '../catalog/catalog-store.ts'
import type { Analyzer } from '../gate/analyze.ts'
import type { EngineHost, SessionPrincipal } from '../engine-host.ts'
import type { ResolveTables } from '../snapshot/resolve-tables.ts'
import type { TrinoClient } from '../trino/trino-client.ts'
import type { TrinoConfig } from '../trino/trino-config.ts'
import type { StatementTurns } from '../write/alone/statement-turns.ts'
import type { TablePlanner } from '../snapshot/table-plan.ts'

/** What the sessions of one engine share. */
export interface EngineServices {
  readonly duckdb: Duckdb
  readonly analyzer: Analyzer
  readonly resolve: ResolveTables
  readonly planner: TablePlanner
  readonly database: string
  /** Schemas that hold the stand-ins of pg_catalog and information_schema. */
  readonly ownSchemas: ReadonlySet<string>
  readonly catalogs: CatalogStore
  readonly relations: KnownRelations
  readonly blank: BlankDatabase
  readonly filters: StatementFilters
  /** What writes ask of the supervisor. */
  readonly host: Pick<EngineHost, 'flush' | 'commit' | 'define' | 'stage'>
  /** Of the statements that write and are alone. */
  readonly turns: StatementTurns
  /** The same for the sessions of a principal: its relations, its catalog, its name in what is asked. */
  for(principal: SessionPrincipal): EngineServices
  /** Sessions write here what is not committed yet. */
  readonly scratchDirectory: string
  /** Answers queries in the place of DuckDB. */
  readonly trino: { readonly config: TrinoConfig; readonly client: TrinoClient } | undefined
}
