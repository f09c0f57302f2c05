import { sql, type Transaction } from 'kysely'
import type { Database } from './database.ts'
import { namespaceStore, type NamespaceRows } from './namespaces.ts'
import { insertReceipt, receiptStore, type ReceiptRows, type StoredReceipt } from './receipts.ts'
import type { MetadataTables } from './tables.ts'

interface TableIdent {
  readonly namespace: readonly string[]
  readonly name: string
}

type Kind = 'table' | 'view'

interface Page {
  readonly limit: number
  readonly after?: string
}

interface PointerChange {
  readonly table: TableIdent
  readonly kind?: Kind
  readonly from: string | null
  readonly to: string | null
}

type SwapResult =
  | { readonly swapped: true }
  | { readonly swapped: false; readonly table: TableIdent; readonly found: string | null }
  | { readonly swapped: false; readonly missingNamespace: readonly string[] }

/**
 * The lake's PointerStore, method by method; storage lies below the lake and cannot import it. The contract is stated
 * there (`lake/catalog/pointer-store.ts`) and held by `test/contracts/pointer-store.ts`.
 */
export interface CatalogPointers extends NamespaceRows, ReceiptRows {
  tablePointer(table: TableIdent): Promise<string | undefined>
  viewPointer(view: TableIdent): Promise<string | undefined>
  swap(changes: readonly PointerChange[], receipt?: StoredReceipt): Promise<SwapResult>
  listTables(namespace: readonly string[], page: Page): Promise<readonly string[]>
  listViews(namespace: readonly string[], page: Page): Promise<readonly string[]>
  /** Whether the metadata of any table or view, in whatever namespace, lies under this location. */
  anyUnder(location: string): Promise<boolean>
  /** Tables and views, in whatever namespace, whose metadata lies elsewhere. */
  outside(location: string): Promise<readonly PlacedPointer[]>
}

export interface PlacedPointer extends TableIdent {
  /** Of the metadata file. */
  readonly location: string
}

/** Levels as one text; no level contains U+001F, the REST protocol's separator. */
function keyOf(namespace: readonly string[]): string {
  return namespace.join('\u001f')
}

export function pointerStore(database: Database): CatalogPointers {
  return {
    ...namespaceStore(database),
    ...receiptStore(database),
    tablePointer: (table) => pointerOf(database, 'table', table),
    viewPointer: (view) => pointerOf(database, 'view', view),
    swap: (changes, receipt) =>
      database.transact(async (transaction) => {
        for (const change of changes) {
          const refusal = await refusalOf(transaction, change)
          if (refusal) return refusal
        }
        // Removals first: a rename may put one table where another was.
        for (const change of changes.filter(({ to }) => to === null)) await remove(transaction, change)
        for (const change of changes.filter(({ to }) => to !== null)) await set(transaction, change)
        await insertReceipt(transaction, receipt)
        return { swapped: true as const }
      }),
    listTables: (namespace, page) => namesOf(database, 'table', namespace, page),
    listViews: (namespace, page) => namesOf(database, 'view', namespace, page),
    async anyUnder(location) {
      const prefix = `${location}/`
      const row = await database.db
        .selectFrom('catalog_table')
        .select('name')
        .where(sql<string>`substr(metadata_location, 1, ${Array.from(prefix).length})`, '=', prefix)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async outside(location) {
      const prefix = `${location}/`
      const rows = await database.db
        .selectFrom('catalog_table')
        .select(['namespace', 'name', 'metadata_location'])
        .where(sql<string>`substr(metadata_location, 1, ${Array.from(prefix).length})`, '<>', prefix)
        .orderBy('namespace')
        .orderBy('name')
        .execute()
      return rows.map((row) => ({
        namespace: row.namespace.split('\u001f'),
        name: row.name,
        location: row.metadata_location,
      }))
    },
  }
}

async function pointerOf({ db }: Database, kind: Kind, { namespace, name }: TableIdent): Promise<string | undefined> {
  const row = await db
    .selectFrom('catalog_table')
    .select('metadata_location')
    .where('namespace', '=', keyOf(namespace))
    .where('name', '=', name)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row?.metadata_location
}

async function namesOf(
  { db }: Database,
  kind: Kind,
  namespace: readonly string[],
  { limit, after }: Page,
): Promise<readonly string[]> {
  let query = db
    .selectFrom('catalog_table')
    .select('name')
    .where('namespace', '=', keyOf(namespace))
    .where('kind', '=', kind)
  if (after !== undefined) query = query.where('name', '>', after)
  const rows = await query.orderBy('name').limit(limit).execute()
  return rows.map(({ name }) => name)
}

async function refusalOf(
  transaction: Transaction<MetadataTables>,
  { table, kind = 'table', from, to }: PointerChange,
): Promise<Exclude<SwapResult, { swapped: true }> | undefined> {
  const namespace = keyOf(table.namespace)
  const row = await transaction
    .selectFrom('catalog_table')
    .select(['kind', 'metadata_location'])
    .where('namespace', '=', namespace)
    .where('name', '=', table.name)
    .executeTakeFirst()
  const found = row?.metadata_location ?? null
  if (found !== from || (row && row.kind !== kind)) return { swapped: false, table, found }
  if (from !== null || to === null) return undefined
  const home = await transaction
    .selectFrom('catalog_namespace')
    .select('name')
    .where('name', '=', namespace)
    .executeTakeFirst()
  return home ? undefined : { swapped: false, missingNamespace: table.namespace }
}

async function remove(transaction: Transaction<MetadataTables>, { table }: PointerChange): Promise<void> {
  await transaction
    .deleteFrom('catalog_table')
    .where('namespace', '=', keyOf(table.namespace))
    .where('name', '=', table.name)
    .execute()
}

async function set(transaction: Transaction<MetadataTables>, change: PointerChange): Promise<void> {
  const { table, kind = 'table', to } = change
  await transaction
    .insertInto('catalog_table')
    .values({ namespace: keyOf(table.namespace), name: table.name, kind, metadata_location: to! })
    .onConflict((conflict) => conflict.columns(['namespace', 'name']).doUpdateSet({ kind, metadata_location: to! }))
    .execute()
}
