import type { Database } from './database.ts'
import { insertReceipt, type StoredReceipt } from './receipts.ts'

type Properties = Readonly<Record<string, string>>

/** The lake's NamespaceStore, method by method. */
export interface NamespaceRows {
  createNamespace(namespace: readonly string[], properties: Properties, receipt?: StoredReceipt): Promise<boolean>
  namespaceProperties(namespace: readonly string[]): Promise<Properties | undefined>
  changeNamespace(
    namespace: readonly string[],
    change: { readonly set: Properties; readonly remove: readonly string[] },
    receipt?: StoredReceipt,
  ): Promise<boolean>
  dropNamespace(namespace: readonly string[], receipt?: StoredReceipt): Promise<'dropped' | 'absent' | 'not-empty'>
  listNamespaces(
    parent: readonly string[],
    page: { readonly limit: number; readonly after?: string },
  ): Promise<readonly string[]>
}

const separator = '\u001f'
/** The next character: everything below `a` lies in [a + separator, a + afterSeparator). */
const afterSeparator = '\u0020'

export function namespaceStore({ db, transact }: Database): NamespaceRows {
  return {
    createNamespace: (namespace, properties, receipt) =>
      transact(async (transaction) => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('catalog_namespace')
          .values({ name: namespace.join(separator), properties: JSON.stringify(properties) })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirst()
        if (numInsertedOrUpdatedRows !== 1n) return false
        await insertReceipt(transaction, receipt)
        return true
      }),
    async namespaceProperties(namespace) {
      const row = await db
        .selectFrom('catalog_namespace')
        .select('properties')
        .where('name', '=', namespace.join(separator))
        .executeTakeFirst()
      return row && (JSON.parse(row.properties) as Properties)
    },
    changeNamespace: (namespace, { set, remove }, receipt) =>
      transact(async (transaction) => {
        const name = namespace.join(separator)
        const row = await transaction
          .selectFrom('catalog_namespace')
          .select('properties')
          .where('name', '=', name)
          .executeTakeFirst()
        if (!row) return false
        const before = JSON.parse(row.properties) as Properties
        const kept = Object.entries(before).filter(([key]) => !remove.includes(key))
        const properties = JSON.stringify({ ...Object.fromEntries(kept), ...set })
        await transaction.updateTable('catalog_namespace').set({ properties }).where('name', '=', name).execute()
        await insertReceipt(transaction, receipt)
        return true
      }),
    dropNamespace: (namespace, receipt) =>
      transact(async (transaction) => {
        const name = namespace.join(separator)
        const found = await transaction
          .selectFrom('catalog_namespace')
          .select('name')
          .where('name', '=', name)
          .executeTakeFirst()
        if (!found) return 'absent'
        const below = await transaction
          .selectFrom('catalog_namespace')
          .select('name')
          .where('name', '>=', name + separator)
          .where('name', '<', name + afterSeparator)
          .limit(1)
          .execute()
        const tables = await transaction
          .selectFrom('catalog_table')
          .select('name')
          .where('namespace', '=', name)
          .limit(1)
          .execute()
        if (below.length + tables.length > 0) return 'not-empty'
        await transaction.deleteFrom('catalog_namespace').where('name', '=', name).execute()
        await insertReceipt(transaction, receipt)
        return 'dropped'
      }),
    async listNamespaces(parent, { limit, after }) {
      const prefix = parent.map((level) => level + separator).join('')
      let query = db.selectFrom('catalog_namespace').select('name')
      if (prefix !== '')
        query = query.where('name', '>=', prefix).where('name', '<', prefix.slice(0, -1) + afterSeparator)
      const rows = await query.execute()
      // The next level may exist only as part of deeper names, and once for many of them; a catalog has few namespaces.
      const levels = new Set(rows.map(({ name }) => name.slice(prefix.length).split(separator, 1)[0]!))
      return [...levels]
        .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
        .filter((level) => after === undefined || Buffer.compare(Buffer.from(level), Buffer.from(after)) > 0)
        .slice(0, limit)
    },
  }
}
