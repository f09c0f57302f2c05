import type { Logger } from '../../kernel/logger.ts'
import type { SessionPrincipal } from '../engine-host.ts'

/** What `startPostgresPort` needs. Refusing a bind beyond loopback without a password is the caller's duty. */
export interface PostgresPortConfig {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly auth:
    | { readonly kind: 'trust' }
    | { readonly kind: 'scram'; readonly user?: string; readonly password: string }
  /** Users of the project, who show passwords of their own wherever they come from. Anybody else is an administrator. */
  readonly users?: ReadonlyMap<string, PortUser>
  /**
   * Path of the unix socket of a running engine; starts one if there is none. Called for each connection; a rejection is
   * told to the client as 57P03.
   */
  readonly engine: () => Promise<string>
  /** Why the engine at this path ended, when known: `memory` is told as 53200, anything else as 57P02. */
  readonly reasonOfEnd?: (socketPath: string) => 'memory' | 'crash' | undefined
  /** Default 100; the next one gets 53300. */
  readonly connectionsMax?: number
  /** How long who fails to log in waits for the answer, at first; default 100 ms, doubled with each failure. */
  readonly failedLoginMs?: number
  /** From connect to the end of authentication; default 10 s. */
  readonly startupTimeoutMs?: number
  readonly logger?: Logger
}

export interface PortUser {
  readonly password: string
  /** What the engine is told; null for one who may do everything. */
  readonly principal: SessionPrincipal
}

/** A listening PostgreSQL port that relays to the engine. Light: it loads no DuckDB. */
export interface PostgresPort {
  readonly host: string
  readonly port: number
  readonly connections: number
  stop(): Promise<void>
}
