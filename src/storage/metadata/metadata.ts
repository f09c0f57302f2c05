import { adoptionStore, type AdoptionStore } from './adoptions.ts'
import { crawlStore, type CrawlStore } from './crawls.ts'
import { migrate, type Database } from './database.ts'
import { epochStore, type EpochStore } from './epochs.ts'
import { maintenanceRunStore, type MaintenanceRunStore } from './maintenance-runs.ts'
import { pointerStore, type CatalogPointers } from './pointers.ts'
import { openPostgres } from './postgres.ts'
import { resourceStore, type ResourceStore } from './resources.ts'
import { openSqlite } from './sqlite.ts'

/** Everything that the control plane and the catalog must find again. What a method changed is durable when it resolves. */
export interface Metadata {
  readonly resources: ResourceStore
  /** Implements the lake's PointerStore. */
  readonly pointers: CatalogPointers
  readonly epochs: EpochStore
  readonly adoptions: AdoptionStore
  readonly maintenanceRuns: MaintenanceRunStore
  readonly crawls: CrawlStore
  close(): Promise<void>
}

/**
 * Opens and migrates the database: a path for SQLite, `postgres://…` for PostgreSQL. WEIR-2006 when it is newer than this
 * code. SQLite does not guard against a second owner: hold the lock of the data directory.
 */
export async function openMetadata(location: string): Promise<Metadata> {
  const database: Database = /^postgres(ql)?:\/\//.test(location) ? await openPostgres(location) : openSqlite(location)
  try {
    await migrate(database)
  } catch (error) {
    await database.db.destroy()
    throw error
  }
  return {
    resources: resourceStore(database),
    pointers: pointerStore(database),
    epochs: epochStore(database),
    adoptions: adoptionStore(database),
    maintenanceRuns: maintenanceRunStore(database),
    crawls: crawlStore(database),
    close: () => database.db.destroy(),
  }
}
