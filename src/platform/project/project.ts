import type { ClientSettings } from '../../lake/catalog/catalog.ts'
import type { DesiredResource } from '../kinds/resource.ts'
import type { BucketSettings } from './bucket-settings.ts'
import type { ObjectSettings } from './object-settings.ts'
import type { SqlSettings } from './sql-settings.ts'
import type { StreamSettings } from './stream-settings.ts'
import type { TableSettings } from './table-settings.ts'
import type { UserSettings } from './user-settings.ts'

/** What a project declares. */
export interface DeclaredProject {
  readonly name: string
  readonly resources: readonly DesiredResource[]
}

/** A project as it is run: checked, its environment chosen, JSON-safe. */
export interface Project extends DeclaredProject {
  readonly environment: string | null
  readonly settings: ProjectSettings
  /** Which settings do nothing there, and why; for whoever plans or starts it. */
  readonly notices: readonly string[]
}

/** What the project says of the place where it runs. Options of the command line go before it. */
export interface ProjectSettings {
  readonly dataDirectory?: string
  readonly ports: { readonly kafka?: number; readonly postgres?: number; readonly http?: number }
  /** Budgets of resident memory, in bytes. */
  readonly memory?: { readonly engineBytes?: number; readonly workerBytes?: number; readonly logBytes?: number }
  /** Bytes that the data directory may take; a warning comes before. null is no limit. */
  readonly diskBudgetBytes: number | null
  /** Whether a topic that a Kafka client names is created. */
  readonly autoCreateTopics?: boolean
  /** Partitions of topics whose maker does not say how many. */
  readonly defaultPartitions?: number
  /** How long the offsets of a consumer group without members are kept. */
  readonly offsetsRetentionMs?: number
  /** The longest that a Kafka producer may leave a transaction open. */
  readonly transactionTimeoutMaxMs?: number
  readonly streams?: StreamSettings
  /** Who logs in by a name; administrators only without it. */
  readonly users?: Readonly<Record<string, UserSettings>>
  /** The catalog that takes the place of Weir's own. */
  readonly tables?: TableSettings
  /** The Trino that answers queries; DuckDB without it. */
  readonly sql?: SqlSettings
  /** What Iceberg clients are told to set. */
  readonly catalog?: ClientSettings
  /** Where the files of tables lie; a local folder without it. */
  readonly objects?: ObjectSettings
  /** Prefixes that crawlers may read. */
  readonly buckets?: readonly BucketSettings[]
  /** `postgres://…`; SQLite in the data directory without it. */
  readonly metadata?: string
}
