export interface GroupLimits {
  /** How long the first generation of an empty group waits for others. */
  readonly initialRebalanceDelayMs: number
  /** Of one group. */
  readonly membersMax: number
  /** Of the consumer protocol: what members are told, and how long they may be silent. */
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerSessionTimeoutMs: number
}
