/** Counts are decimal text. `in = delivered + rejected + pending` for each partition. */
export interface Ledger {
  readonly snapshotId: string | null
  readonly committedAtMs: number | null
  /** Whether the table's snapshot is the one that these counts are of: not after a rollback, until an operator has answered. */
  readonly isAsCommitted: boolean
  readonly entries: readonly LedgerEntry[]
}

export interface LedgerGap {
  /** `restored`: the log passed over these offsets when it was restored; nobody knows whether and how many records were there. */
  readonly kind: 'lost' | 'skipped' | 'restored'
  readonly from: string
  readonly to: string
}

export interface LedgerEntry {
  readonly source: string
  readonly partition: number
  /** The offset that is read next. */
  readonly next: string
  readonly read: string
  readonly delivered: string
  readonly rejected: string
  /** Of a table with a key: what became of the delivered records, which these add up to. */
  readonly applied?: { readonly upserts: string; readonly deletes: string; readonly superseded: string }
  /** Records that retention or a deletion took; offsets, for nobody can count them any more. Without those of a restore. */
  readonly lost: string
  readonly skipped: string
  /** The offsets that `lost` and `skipped` count, and those that a restore passed over; `to` excluded. */
  readonly gaps: readonly LedgerGap[]
  /** Offsets between `next` and the synced end that the log has not passed over; null when the source could not be asked, or ends before `next`. */
  readonly pending: string | null
}
