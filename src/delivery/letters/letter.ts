/** A record that did not fit its table, with its bytes. In force until it is replayed. */
export interface Letter {
  /** Topic id. */
  readonly source: string
  readonly partition: number
  /** Decimal text. */
  readonly offset: string
  /** Milliseconds since the epoch: the record's own. */
  readonly timestamp: number
  readonly code: string
  readonly reason: string
  /** base64; null for a record without. */
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly { readonly key: string; readonly value: string | null }[]
}

export interface LetterFilter {
  readonly source?: string
  readonly partition?: number
  readonly code?: string
  /** Decimal text. */
  readonly offset?: string
  /** Is in the reason; capitals do not matter. */
  readonly reason?: string
  /** Only these. */
  readonly letters?: readonly LetterPlace[]
}

export interface LetterPlace {
  readonly source: string
  readonly partition: number
  /** Decimal text. */
  readonly offset: string
}

export interface LetterPage {
  readonly letters: readonly Letter[]
  /** Pass it as `after` for the next page; null on the last. */
  readonly next: string | null
}

/** Letters in force, by file: what the state says, without reading them. */
export interface LetterSummary {
  readonly total: number
  readonly partitions: readonly { readonly source: string; readonly partition: number; readonly letters: number }[]
}

export interface ReplayResult {
  readonly replayed: number
  /** Still not fitting, with the reason of now. They stay in force. */
  readonly rejected: readonly {
    readonly offset: string
    readonly partition: number
    readonly code: string
    readonly reason: string
  }[]
  readonly snapshotId: string | null
}
