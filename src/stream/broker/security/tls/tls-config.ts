/** TLS of one listener. */
export interface TlsConfig {
  /** The chain, the listener's own certificate first. */
  readonly certificate: PemText
  readonly key: PemText
  /** Whether clients show certificates; with `optional`, those that show none are `User:ANONYMOUS`. */
  readonly clients: 'none' | 'optional' | 'required'
  /** Whose certificates of clients are taken. */
  readonly authorities?: PemText
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** How the name of a user is made from a certificate's subject: Kafka's ssl.principal.mapping.rules. */
  readonly principalRules: readonly string[]
}

/** Text that is read anew from time to time. */
export interface PemText {
  /** For messages: the file, or the variable. */
  readonly from: string
  read(): Promise<string>
}
