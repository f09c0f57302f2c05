import type { Namespace, TableIdent } from '../catalog/pointer-store.ts'
import type { PartitionField, TableMetadata } from '../metadata/table-metadata.ts'
import type { TableRequirement } from '../metadata/requirement.ts'
import type { TableUpdate } from '../metadata/update.ts'
import type { Schema } from '../types/type.ts'

export interface LoadedTable {
  readonly ident: TableIdent
  readonly metadataLocation: string
  readonly metadata: TableMetadata
}

export interface TableCommit {
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
}

/**
 * `conflict`: certainly not committed. `unknown`: it may have been; load the table and look for the snapshot, delete
 * nothing (delivery rule 2).
 */
export type CommitOutcome =
  | { readonly outcome: 'committed'; readonly table: LoadedTable }
  | { readonly outcome: 'conflict'; readonly message: string }
  | { readonly outcome: 'unknown'; readonly cause: unknown }

export interface NewTable {
  readonly name: string
  /** Ids are the catalog's to assign; those given only tie `partition` to columns. */
  readonly schema: Schema
  readonly partition?: readonly Omit<PartitionField, 'field-id'>[]
  readonly properties?: Readonly<Record<string, string>>
  /** Where its files lie; the catalog's choice when absent. */
  readonly location?: string
}

/** `committed`: all of them. The catalog does not say what the tables are now. */
export type TransactionOutcome =
  | { readonly outcome: 'committed' }
  | Exclude<CommitOutcome, { readonly outcome: 'committed' }>

/**
 * Any Iceberg REST catalog, ours or a foreign one. Errors: `WEIR-4001` no such table, `WEIR-4002` no such namespace,
 * `WEIR-4003` name taken, `WEIR-4009` no proper answer.
 */
export interface CatalogClient {
  loadTable(ident: TableIdent): Promise<LoadedTable>
  tableExists(ident: TableIdent): Promise<boolean>
  createTable(namespace: Namespace, table: NewTable): Promise<LoadedTable>
  commitTable(ident: TableIdent, commit: TableCommit): Promise<CommitOutcome>
  /** What the table would be; nothing is made. A commit that asserts its creation makes it. */
  stageTable(namespace: Namespace, table: NewTable): Promise<TableMetadata>
  renameTable(from: TableIdent, to: TableIdent): Promise<void>
  /** `WEIR-4005` when it holds something. */
  dropNamespace(namespace: Namespace): Promise<void>
  /** Commits of several tables, each once: all of them or none. `WEIR-4009` from a catalog that does not serve that. */
  commitTables(
    changes: readonly { readonly ident: TableIdent; readonly commit: TableCommit }[],
  ): Promise<TransactionOutcome>
  dropTable(ident: TableIdent, options?: { readonly purge?: boolean }): Promise<void>
  listTables(namespace: Namespace): Promise<readonly TableIdent[]>
  /** No error when it exists. */
  ensureNamespace(namespace: Namespace): Promise<void>
  listNamespaces(parent?: readonly string[]): Promise<readonly Namespace[]>
}

export interface CatalogClientOptions {
  /** Base address, without `/v1`. */
  readonly uri: string
  readonly token?: string
  readonly warehouse?: string
  /** For tests and for a catalog in the same process; the platform's fetch when absent. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
  readonly timeoutMs?: number
}
