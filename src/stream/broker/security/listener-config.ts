import type { SaslMechanism } from './sasl/mechanism.ts'
import type { TlsConfig } from './tls/tls-config.ts'

/** An address that clients come in by, and how they are known there. */
export interface ListenerConfig {
  /** For messages. */
  readonly name: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** What clients are told to connect to; `host` and the bound port unless set. */
  readonly advertisedHost?: string
  readonly advertisedPort?: number
  readonly tls?: TlsConfig
  /** Clients must log in, by one of these. */
  readonly sasl?: { readonly mechanisms: readonly SaslMechanism[]; readonly sessionMs?: number }
}
