/** How the rows of a COPY … FROM STDIN are written (PostgreSQL 15, COPY). */
export interface CopyFormat {
  readonly format: 'text' | 'csv'
  readonly delimiter: string
  readonly nullText: string
  /** The first line names columns; with `match` they must be those that are copied. */
  readonly header: 'none' | 'skipped' | 'match'
  readonly quote: string
  readonly escape: string
  /** Columns that are never null, and those in which a quoted null text is one, as far as they are told by name. */
  readonly forceNotNull: ReadonlySet<string>
  readonly forceNull: ReadonlySet<string>
}

/** One row as text, null where it has none, and the line in which it begins, from 1 on. */
export interface CopyRecord {
  readonly line: number
  readonly fields: readonly (string | null)[]
}
