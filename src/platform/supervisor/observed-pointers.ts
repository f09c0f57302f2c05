import type { PointerStore, TableIdent } from '../../lake/catalog/pointer-store.ts'

/** The same pointers; `onMoved` hears of each table whose pointer was moved, made or dropped, by whomever. */
export function observedPointers(pointers: PointerStore, onMoved: (table: TableIdent) => void): PointerStore {
  return {
    createNamespace: (namespace, properties) => pointers.createNamespace(namespace, properties),
    namespaceProperties: (namespace) => pointers.namespaceProperties(namespace),
    changeNamespace: (namespace, change) => pointers.changeNamespace(namespace, change),
    dropNamespace: (namespace) => pointers.dropNamespace(namespace),
    listNamespaces: (parent, page) => pointers.listNamespaces(parent, page),
    tablePointer: (table) => pointers.tablePointer(table),
    viewPointer: (view) => pointers.viewPointer(view),
    listTables: (namespace, page) => pointers.listTables(namespace, page),
    listViews: (namespace, page) => pointers.listViews(namespace, page),
    async swap(changes) {
      const result = await pointers.swap(changes)
      if (result.swapped) for (const { table, kind } of changes) if (kind !== 'view') onMoved(table)
      return result
    },
  }
}
