/** Users that log in by SCRAM. Passwords do not leave this process: brokers get what they are salted to. */
export interface KafkaUsers {
  list(): Promise<readonly KafkaUser[]>
  /** Makes the user, or gives it another password, for SCRAM-SHA-256 and SCRAM-SHA-512. WEIR-3103 when the broker refuses. */
  set(name: string, password: string): Promise<void>
  /** False when there was none. */
  remove(name: string): Promise<boolean>
}

export interface KafkaUser {
  readonly name: string
  readonly mechanisms: readonly string[]
}
