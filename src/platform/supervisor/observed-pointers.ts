import type { PointerStore, TableIdent } from '../../lake/catalog/pointer-store.ts'

/** The same pointers; `onMoved` hears of each table whose pointer was moved, made or dropped, by whomever. */
export function observedPointers(pointers: PointerStore, onMoved: (table: TableIdent) => void): PointerStore {
  return {
    createNamespace: (namespace, properties, receipt) => pointers.createNamespace(namespace, properties, receipt),
    namespaceProperties: (namespace) => pointers.namespaceProperties(namespace),
    changeNamespace: (namespace, change, receipt) => pointers.changeNamespace(namespace, change, receipt),
    dropNamespace: (namespace, receipt) => pointers.dropNamespace(namespace, receipt),
    listNamespaces: (parent, page) => pointers.listNamespaces(parent, page),
    tablePointer: (table) => pointers.tablePointer(table),
    viewPointer: (view) => pointers.viewPointer(view),
    listTables: (namespace, page) => pointers.listTables(namespace, page),
    listViews: (namespace, page) => pointers.listViews(namespace, page),
    receiptOf: (key) => pointers.receiptOf(key),
    keepReceipt: (receipt) => pointers.keepReceipt(receipt),
    async swap(changes, receipt) {
      const result = await pointers.swap(changes, receipt)
      if (result.swapped) for (const { table, kind } of changes) if (kind !== 'view') onMoved(table)
      return result
    },
  }
}
