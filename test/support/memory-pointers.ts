import {
  namespaceKey,
  namespaceLevels,
  type Namespace,
  type Page,
  type PointerKind,
  type PointerStore,
  type TableIdent,
} from '../../src/lake/catalog/pointer-store.ts'
import type { Receipt } from '../../src/lake/catalog/receipt.ts'

interface Pointer {
  readonly kind: PointerKind
  readonly location: string
}

/** A pointer store for tests of the catalog: one process, nothing durable. */
export function memoryPointers(): PointerStore {
  const namespaces = new Map<string, Record<string, string>>()
  const pointers = new Map<string, Map<string, Pointer>>()
  const receipts = new Map<string, Receipt>()
  const keep = (receipt: Receipt | undefined): void => {
    if (receipt === undefined) return
    for (const { key, expires } of receipts.values()) if (expires <= receipt.at) receipts.delete(key)
    if (receipts.has(receipt.key)) throw new Error(`the key ${receipt.key} has a receipt`)
    receipts.set(receipt.key, receipt)
  }
  const found = (table: TableIdent) => pointers.get(namespaceKey(table.namespace))?.get(table.name)
  const pointer = async (kind: PointerKind, table: TableIdent) => {
    const there = found(table)
    return there?.kind === kind ? there.location : undefined
  }
  const names = async (kind: PointerKind, namespace: Namespace, page: Page) => {
    const all = [...(pointers.get(namespaceKey(namespace)) ?? [])]
    return paged(
      all.filter(([, there]) => there.kind === kind).map(([name]) => name),
      page,
    )
  }
  return {
    createNamespace: async (namespace, properties, receipt) => {
      const key = namespaceKey(namespace)
      if (namespaces.has(key)) return false
      keep(receipt)
      namespaces.set(key, { ...properties })
      return true
    },
    namespaceProperties: async (namespace) => namespaces.get(namespaceKey(namespace)),
    changeNamespace: async (namespace, { set, remove }, receipt) => {
      const key = namespaceKey(namespace)
      const before = namespaces.get(key)
      if (before === undefined) return false
      keep(receipt)
      const kept = Object.entries(before).filter(([name]) => !remove.includes(name))
      namespaces.set(key, { ...Object.fromEntries(kept), ...set })
      return true
    },
    dropNamespace: async (namespace, receipt) => {
      const key = namespaceKey(namespace)
      if (!namespaces.has(key)) return 'absent'
      const below = [...namespaces.keys()].some((other) => other.startsWith(`${key}\u001f`))
      if (below || (pointers.get(key)?.size ?? 0) > 0) return 'not-empty'
      keep(receipt)
      namespaces.delete(key)
      return 'dropped'
    },
    listNamespaces: async (parent, page) => paged(childNames(namespaces.keys(), parent), page),
    tablePointer: (table) => pointer('table', table),
    viewPointer: (view) => pointer('view', view),
    receiptOf: async (key) => receipts.get(key),
    keepReceipt: async (receipt) => keep(receipt),
    swap: async (changes, receipt) => {
      for (const { table, kind = 'table', from, to } of changes) {
        if (to !== null && !namespaces.has(namespaceKey(table.namespace)))
          return { swapped: false, missingNamespace: table.namespace }
        const there = found(table)
        if ((there?.location ?? null) !== from || (there !== undefined && there.kind !== kind))
          return { swapped: false, table, found: there?.location ?? null }
      }
      keep(receipt)
      for (const { table, kind = 'table', to } of changes) {
        const key = namespaceKey(table.namespace)
        const here = pointers.get(key) ?? new Map<string, Pointer>()
        if (to === null) here.delete(table.name)
        else pointers.set(key, here.set(table.name, { kind, location: to }))
      }
      return { swapped: true }
    },
    listTables: (namespace, page) => names('table', namespace, page),
    listViews: (namespace, page) => names('view', namespace, page),
  }
}

function childNames(keys: Iterable<string>, parent: Namespace): readonly string[] {
  const levels = Array.from(keys, namespaceLevels)
  return levels
    .filter((namespace) => namespace.length > parent.length && parent.every((level, at) => namespace[at] === level))
    .map((namespace) => namespace[parent.length]!)
}

function paged(names: Iterable<string>, { limit, after }: Page): readonly string[] {
  const sorted = [...new Set(names)].toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const rest =
    after === undefined ? sorted : sorted.filter((name) => Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0)
  return rest.slice(0, limit)
}
