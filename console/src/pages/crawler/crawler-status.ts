/** What the status of a crawler has of its last run. */
export interface CrawlerStatus {
  readonly table: string
  /** When it ended, whether it worked or not. */
  readonly at: string | null
  readonly error: string | null
  readonly summary: {
    readonly format: string | null
    readonly files: number
    readonly bytes: number
    readonly partitions: number
    readonly leftOut: Readonly<Record<string, number>>
    readonly hidden: number
    readonly excluded: number
    readonly looked: number
    readonly seconds: number
  } | null
}
