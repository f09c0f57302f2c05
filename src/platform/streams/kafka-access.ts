import type { SecretSource } from '../kinds/secret/secret-source.ts'

/** What a process needs to reach the streams: JSON-safe, and without the secrets themselves. */
export interface KafkaAccess {
  /** `host:port`, several separated by commas, or `unix:` and the path of the log's own socket. */
  readonly bootstrap: string
  readonly tls?: KafkaTlsPlaces
  readonly sasl?: SaslSettings
  /** Files of secrets are named from here. */
  readonly projectDirectory: string
}

/** Those that Node trusts, and no certificate of our own, where it says nothing. */
export interface KafkaTlsPlaces {
  readonly authorities?: SecretSource
  readonly certificate?: SecretSource
  readonly key?: SecretSource
}

export interface SaslSettings {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly user: string
  readonly password: SecretSource
}
