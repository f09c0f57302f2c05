import { isDeepStrictEqual } from 'node:util'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TableRelation } from '../../sql/engine-host.ts'
import type { GovernedRelations } from '../access/restrict-relations.ts'
import type { CatalogTables } from '../lake/catalog-tables.ts'
import type { TableService } from '../kinds/reconcile-services.ts'
import { catalogTables } from './catalog-tables.ts'

/** Columns of the catalog's tables as they are, kept until a pointer moves. */
export interface CatalogRelations {
  /** Sorted by schema and name. */
  tables(): Promise<readonly TableRelation[]>
  changed(schema: string, name: string): void
}

interface CatalogRelationsOptions {
  readonly pointers: CatalogTables
  readonly tables: TableService
  readonly logger: Logger
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number
}

/** How long a table that could not be read is left alone: who puts a file back is not to wait for another change. */
const againAfterMs = 2000

export function catalogRelations(options: CatalogRelationsOptions): CatalogRelations {
  const { pointers, tables, logger, monotonic = () => performance.now() } = options
  const known = new Map<string, TableRelation>()
  const dirty = new Map<string, { readonly schema: string; readonly name: string }>()
  /** What `tables` answers until something changes: every SQL statement that reads a table asks. */
  let sorted: readonly TableRelation[] | undefined
  let listed = false
  let refreshing: Promise<void> | undefined
  /** Those that could not be read, by when that was tried last. */
  const unreadable = new Map<string, { readonly schema: string; readonly name: string; readonly triedMs: number }>()

  async function refresh(): Promise<void> {
    if (!listed) for (const table of await catalogTables(pointers)) dirty.set(keyOf(table), table)
    listed = true
    sorted = undefined
    for (const [key, table] of dirty) {
      // Taken out before it is read: a change that comes meanwhile marks it again.
      dirty.delete(key)
      await load(key, table)
    }
  }

  async function load(key: string, { schema, name }: { schema: string; name: string }): Promise<void> {
    try {
      const loaded = await tables.load({ namespace: schema, name })
      unreadable.delete(key)
      if (!loaded) return void known.delete(key)
      const comment = loaded.properties['comment']
      const columns = loaded.columns.map(({ doc, ...column }) => ({
        ...column,
        ...(doc === undefined ? {} : { comment: doc }),
      }))
      known.set(key, {
        schema,
        name,
        columns,
        ...(loaded.key.length === 0 ? {} : { key: loaded.key }),
        ...(comment === undefined ? {} : { comment }),
      })
    } catch (error) {
      // One table that cannot be read must not hide the others, and must not seem not to be there.
      if (!unreadable.has(key))
        logger.warn(
          { err: error, table: `${schema}.${name}` },
          'the table cannot be loaded; SQL does not see its changes',
        )
      unreadable.set(key, { schema, name, triedMs: monotonic() })
      const before = known.get(key)
      if (before && !before.unreadable) return
      const { code, message } = asWeirError(error)
      const why = message.replace(`${schema}.${name}: `, '')
      known.set(key, { schema, name, columns: [], unreadable: { code, message: why } })
    }
  }

  return {
    async tables() {
      for (const [key, { triedMs, ...table }] of unreadable)
        if (monotonic() - triedMs >= againAfterMs) dirty.set(key, table)
      // Also while the last change is being read: whoever made it may be asking.
      while (!listed || dirty.size > 0 || refreshing)
        await (refreshing ??= refresh().finally(() => (refreshing = undefined)))
      sorted ??= [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, table]) => table)
      return sorted
    },
    changed: (schema, name) => void dirty.set(keyOf({ schema, name }), { schema, name }),
  }
}

/** Grows whenever what it is given differs from the last time. */
export function versionCounter(): (content: Omit<GovernedRelations, 'version'>) => GovernedRelations {
  let last: GovernedRelations = { version: 0, tables: [], views: [], policies: [] }
  return ({ tables, views, policies }) => {
    const { version: _, ...content } = last
    if (last.version === 0 || !isDeepStrictEqual(content, { tables, views, policies }))
      last = { version: last.version + 1, tables, views, policies }
    return last
  }
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}\u0000${name}`
}
