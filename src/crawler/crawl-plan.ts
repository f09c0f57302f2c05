import type { FileFormat } from './crawled-table.ts'

/** JSON-safe, and read by nobody here. */
export type BucketAccess = Readonly<Record<string, unknown>>

/** What a crawler is asked to do. JSON-safe. */
export interface CrawlPlan {
  readonly crawler: string
  /** The absolute path of the folder, or `s3://bucket/prefix`. */
  readonly folder: string
  /** Of a bucket: how it is reached, for who opens it; without the secrets themselves. */
  readonly bucket?: BucketAccess
  /** null: by what most files are. */
  readonly format: FileFormat | 'delta' | null
  readonly csv: {
    /** null: found out for each file, as is `header`. */
    readonly delimiter: string | null
    readonly header: boolean | null
    readonly quote: string
    readonly nullValues: readonly string[]
  }
  readonly partitions: 'hive' | 'none'
  /** Iceberg types by column, whatever is found. */
  readonly columns: Readonly<Record<string, string>>
  readonly onDrift: 'widen' | 'quarantine' | 'fail'
  /** Globs from the folder on; such files are not seen. */
  readonly exclude: readonly string[]
  /** Of each text file; null reads all of it. */
  readonly sampleRows: number | null
}
