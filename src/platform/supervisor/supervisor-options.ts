import type { Duplex } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Catalog } from '../../lake/catalog/catalog.ts'
import type { LazySchemaRegistry } from '../../stream/registry/lazy-schema-registry.ts'
import type { ControlPlane } from '../control/control-plane.ts'
import type { Operations } from '../operations.ts'
import type { HttpAccess } from '../access/access-of.ts'
import type { Project } from '../project/project.ts'
import type { Endpoints } from './endpoints.ts'
import type { MaintenanceIntervals } from './maintenance/due-task.ts'

/** How `weir up` runs. Ports of 0 take any free one. */
export interface SupervisorOptions {
  readonly project: Project
  /** The project's folder, for what its declarations name relatively. */
  readonly projectDirectory: string
  /** `.weir` of the project unless it says otherwise. One supervisor at a time. */
  readonly dataDirectory: string
  /** The data directory is ours: nothing else runs on it. */
  readonly onOwned?: () => void
  /** Of HTTP and PostgreSQL. Loopback, unless `token` and `password` are given; Kafka is always on loopback. */
  readonly host: string
  readonly kafkaPort: number
  readonly postgresPort: number
  readonly httpPort: number
  /** `weir dev` and `npm start`: take the next free port instead of refusing a busy one, and say so in `notices`. */
  readonly nextFreePort: boolean
  /** Bearer token of HTTP and the catalog. */
  readonly token?: string
  /** SCRAM password of the PostgreSQL port; without one, loopback is trusted. */
  readonly password?: string
  /** What the SQL engine may take, resident, in bytes; DuckDB gets 250 MB less. */
  readonly engineMemoryBytes: number
  /** What one delivery worker may take, likewise. */
  readonly workerMemoryBytes: number
  readonly threads: number
  /** After so long without a query or a session the engine is given back; a minute without it. */
  readonly engineIdleMs?: number
  readonly clock: Clock
  /** Hourly and daily without it. */
  readonly maintenance?: MaintenanceIntervals
  /** The HTTP server lies in a layer above: the composition root hands it in. */
  readonly openHttp: OpenHttp
}

export interface HttpParts {
  readonly host: string
  readonly port: number
  readonly token?: string
  readonly control: ControlPlane
  readonly catalog: Catalog
  /** Administrators only without it. */
  readonly access?: HttpAccess
  readonly operations: Operations
  /** Takes over a connection that a worker has opened to join. */
  readonly acceptWorker: (connection: Duplex, head: Buffer) => void
  readonly schemaRegistry: LazySchemaRegistry
  readonly logger: Logger
}

/** Listens when it resolves; answers until `stop`. */
export type OpenHttp = (parts: HttpParts) => Promise<{ readonly port: number; stop(): Promise<void> }>

/** A running Weir: every endpoint answers. */
export interface Supervisor {
  readonly endpoints: Endpoints
  readonly control: ControlPlane
  /** What a user should be told at the start: settings that do nothing, ports that moved, formats that were migrated, changes that were not applied. */
  readonly notices: readonly string[]
  /** Stops in order, each child finishing what is quick; idempotent. */
  stop(): Promise<void>
  /** Kills the children at once: the second Ctrl-C. What they held is found by the next start. */
  kill(): void
}
