import {
  namespaceKey,
  namespaceLevels,
  type Namespace,
  type Page,
  type PointerStore,
  type TableIdent,
} from '../../src/lake/catalog/pointer-store.ts'

/** A pointer store for tests of the catalog: one process, nothing durable. */
export function memoryPointers(): PointerStore {
  const namespaces = new Map<string, Record<string, string>>()
  const tables = new Map<string, Map<string, string>>()
  const found = (table: TableIdent) => tables.get(namespaceKey(table.namespace))?.get(table.name) ?? null
  return {
    createNamespace: async (namespace, properties) => {
      const key = namespaceKey(namespace)
      if (namespaces.has(key)) return false
      namespaces.set(key, { ...properties })
      return true
    },
    namespaceProperties: async (namespace) => namespaces.get(namespaceKey(namespace)),
    changeNamespace: async (namespace, { set, remove }) => {
      const key = namespaceKey(namespace)
      const before = namespaces.get(key)
      if (before === undefined) return false
      const kept = Object.entries(before).filter(([name]) => !remove.includes(name))
      namespaces.set(key, { ...Object.fromEntries(kept), ...set })
      return true
    },
    dropNamespace: async (namespace) => {
      const key = namespaceKey(namespace)
      if (!namespaces.has(key)) return 'absent'
      const below = [...namespaces.keys()].some((other) => other.startsWith(`${key}\u001f`))
      if (below || (tables.get(key)?.size ?? 0) > 0) return 'not-empty'
      namespaces.delete(key)
      return 'dropped'
    },
    listNamespaces: async (parent, page) => paged(childNames(namespaces.keys(), parent), page),
    tablePointer: async (table) => found(table) ?? undefined,
    swap: async (changes) => {
      for (const { table, from, to } of changes) {
        if (to !== null && !namespaces.has(namespaceKey(table.namespace)))
          return { swapped: false, missingNamespace: table.namespace }
        if (found(table) !== from) return { swapped: false, table, found: found(table) }
      }
      for (const { table, to } of changes) {
        const key = namespaceKey(table.namespace)
        if (to === null) tables.get(key)?.delete(table.name)
        else tables.set(key, (tables.get(key) ?? new Map<string, string>()).set(table.name, to))
      }
      return { swapped: true }
    },
    listTables: async (namespace, page) => paged(tables.get(namespaceKey(namespace))?.keys() ?? [], page),
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
