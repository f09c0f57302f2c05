import type { TableRequirement } from '../metadata/requirement.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import type { TableUpdate } from '../metadata/update.ts'
import type { TableIdent } from './pointer-store.ts'

export interface TableChange {
  readonly table: TableIdent
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
  /** Of whoever is bound by policies. */
  readonly isBound?: boolean
}

export interface CommittedTable {
  readonly location: string
  readonly metadata: TableMetadata
}
