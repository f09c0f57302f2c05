import type { Receipt } from './receipt.ts'

/** Levels of a namespace, outermost first; never empty. */
export type Namespace = readonly string[]

export interface TableIdent {
  readonly namespace: Namespace
  readonly name: string
}

export interface Page {
  /** Most names in the answer. */
  readonly limit: number
  /** Names that sort after this one (byte order of UTF-8); the first page without it. */
  readonly after?: string
}

/** Tables and views share their names: one name is one or the other, or free. */
export type PointerKind = 'table' | 'view'

/** `from: null` asserts that the name is free; `to: null` takes the table or view out of the catalog. */
export interface PointerChange {
  readonly table: TableIdent
  /** A table when absent. A pointer of the other kind is never moved. */
  readonly kind?: PointerKind
  readonly from: string | null
  readonly to: string | null
}

/** What kept a swap from happening: nothing was changed. `found` is the pointer there is, of either kind, null when there is none. */
export type SwapResult =
  | { readonly swapped: true }
  | { readonly swapped: false; readonly table: TableIdent; readonly found: string | null }
  | { readonly swapped: false; readonly missingNamespace: Namespace }

/** What was done of requests with an idempotency key. */
export interface ReceiptStore {
  /** Also one that has expired, if it is still there. */
  receiptOf(key: string): Promise<Receipt | undefined>
  /** Of a request that changed nothing. Rejects, as each change with a receipt does, where the key has one that has not expired. */
  keepReceipt(receipt: Receipt): Promise<void>
}

/**
 * The namespaces of a catalog. A namespace exists only by `createNamespace`; its parent need not. A receipt is kept in the
 * transaction of the change, and only if it is made.
 */
export interface NamespaceStore {
  /** False when it exists. */
  createNamespace(
    namespace: Namespace,
    properties: Readonly<Record<string, string>>,
    receipt?: Receipt,
  ): Promise<boolean>
  /** Its properties; undefined when there is no such namespace. */
  namespaceProperties(namespace: Namespace): Promise<Readonly<Record<string, string>> | undefined>
  /** One transaction; false when there is no such namespace. Keys to remove that are not there are no error. */
  changeNamespace(
    namespace: Namespace,
    change: { readonly set: Readonly<Record<string, string>>; readonly remove: readonly string[] },
    receipt?: Receipt,
  ): Promise<boolean>
  /** `not-empty` when tables, views or namespaces below it exist. */
  dropNamespace(namespace: Namespace, receipt?: Receipt): Promise<'dropped' | 'absent' | 'not-empty'>
  /** Names of the next level below `parent` (all first levels for `[]`), sorted, each once. */
  listNamespaces(parent: readonly string[], page: Page): Promise<readonly string[]>
}

/**
 * The pointers of a catalog: which metadata file is the table or the view. The only mutable state of the lake.
 *
 * `swap` is one transaction, durable before it resolves: each change is compared with what is there and all are made, or
 * none. Changes may exchange names (a rename removes one and creates the other). The namespace of each table and view that
 * is created must exist, checked in the same transaction. A receipt is kept with them, if they are made. A rejected promise means that the outcome is unknown.
 */
export interface TablePointers {
  /** undefined also where the name is a view's. */
  tablePointer(table: TableIdent): Promise<string | undefined>
  /** undefined also where the name is a table's. */
  viewPointer(view: TableIdent): Promise<string | undefined>
  swap(changes: readonly PointerChange[], receipt?: Receipt): Promise<SwapResult>
  /** Names in exactly this namespace, sorted. */
  listTables(namespace: Namespace, page: Page): Promise<readonly string[]>
  listViews(namespace: Namespace, page: Page): Promise<readonly string[]>
}

export interface PointerStore extends NamespaceStore, TablePointers, ReceiptStore {}

/** One text for the levels, as the REST protocol joins them; what a database stores as key. */
export function namespaceKey(namespace: readonly string[]): string {
  return namespace.join('\u001f')
}

/** The other way round; `''` is no levels. */
export function namespaceLevels(key: string): readonly string[] {
  return key === '' ? [] : key.split('\u001f')
}
