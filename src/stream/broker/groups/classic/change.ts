/** A classic group as it was when something of it had to be kept; null when it is gone. */
export interface ClassicChange {
  readonly kind: 'classic'
  readonly group: string
  readonly state: StoredClassicGroup | null
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** JSON; bytes as base64. */
export interface StoredClassicGroup {
  readonly generation: number
  readonly type: string | null
  readonly protocol: string | null
  readonly leader: string | null
  readonly emptySince: number | null
  /** Whether the leader of this generation has assigned. */
  readonly assigned: boolean
  readonly members: readonly StoredClassicMember[]
}

export interface StoredClassicMember {
  readonly id: string
  readonly instance: string | null
  readonly client: string
  readonly host: string
  readonly sessionMs: number
  readonly rebalanceMs: number
  readonly protocols: readonly (readonly [name: string, metadata: string])[]
  readonly assignment: string
}
