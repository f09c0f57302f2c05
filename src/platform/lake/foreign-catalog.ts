import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Catalog } from '../../lake/catalog/catalog.ts'
import { changedTables } from '../../lake/catalog/changed-tables.ts'
import type { Namespace, TableIdent } from '../../lake/catalog/pointer-store.ts'
import { relayCatalog } from '../../lake/catalog/relay-catalog.ts'
import type { CatalogClient } from '../../lake/client/catalog-client.ts'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import { liesUnder } from '../../storage/objects/location.ts'
import type { CatalogTables } from './catalog-tables.ts'

export interface ForeignCatalog {
  /** Served under Weir's own address: whoever asks there asks it. */
  readonly catalog: Catalog
  readonly tables: CatalogTables
  /** Whether a table, in whatever namespace, lies there. */
  anyUnder(location: string): Promise<boolean>
  /** Resolves when it has answered; WEIR-4009. */
  check(): Promise<void>
  close(): void
}

export interface ForeignCatalogOptions {
  readonly uri: string
  readonly warehouse?: string
  readonly token?: string
  /** Hears of each table that was changed through here, and of those that others made, changed or dropped once that is seen. */
  readonly onMoved: (table: TableIdent) => void
  readonly logger: Logger
}

/** How often it is asked which tables there are. */
const listMs = 5000

/** An Iceberg REST catalog of somebody else in the place of Weir's own. */
export function openForeignCatalog(options: ForeignCatalogOptions): ForeignCatalog {
  const { onMoved, logger } = options
  const client = connectCatalog(options)
  const closing = new AbortController()
  const lastSeen = new Map<string, string>()
  const seen = (table: TableIdent, location: string | undefined): void => {
    const key = [...table.namespace, table.name].join('\u001f')
    const before = lastSeen.get(key)
    if (location === undefined) lastSeen.delete(key)
    else lastSeen.set(key, location)
    if (before !== undefined && before !== location) onMoved(table)
  }
  void watch(client, options, closing.signal, logger)
  return {
    catalog: relayCatalog({ ...options, onChanged: (request) => changedTables(request).forEach(onMoved) }),
    tables: tablesOf(client, seen),
    anyUnder: (location) => anyUnder(client, location),
    check: async () => void (await client.listNamespaces()),
    close: () => closing.abort(),
  }
}

function tablesOf(
  client: CatalogClient,
  seen: (table: TableIdent, location: string | undefined) => void,
): CatalogTables {
  return {
    async tablePointer(table) {
      const location = await pointerOf(client, table)
      seen(table, location)
      return location
    },
    listNamespaces: async (parent, page) =>
      pageOf(
        (await client.listNamespaces(parent)).map((levels) => levels.at(-1)!),
        page,
      ),
    listTables: async (namespace, page) =>
      pageOf(
        (await client.listTables(namespace)).map(({ name }) => name),
        page,
      ),
  }
}

async function pointerOf(client: CatalogClient, table: TableIdent): Promise<string | undefined> {
  try {
    return (await client.loadTable(table)).metadataLocation
  } catch (thrown) {
    if (['WEIR-4001', 'WEIR-4002'].includes(asWeirError(thrown).code)) return undefined
    throw thrown
  }
}

function pageOf(names: readonly string[], { limit, after }: { readonly limit: number; readonly after?: string }) {
  return names
    .toSorted()
    .filter((name) => after === undefined || name > after)
    .slice(0, limit)
}

async function anyUnder(client: CatalogClient, location: string, parent: Namespace = []): Promise<boolean> {
  for (const namespace of await client.listNamespaces(parent)) {
    for (const table of await client.listTables(namespace)) {
      const found = await client.loadTable(table)
      if (found.metadata.location === location || liesUnder(location, found.metadataLocation)) return true
    }
    if (await anyUnder(client, location, namespace)) return true
  }
  return false
}

/** Tables that others made or dropped; changes of tables are seen when they are read. */
async function watch(
  client: CatalogClient,
  { onMoved }: Pick<ForeignCatalogOptions, 'onMoved'>,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  let known: ReadonlyMap<string, TableIdent> | undefined
  while (!signal.aborted) {
    try {
      const now = new Map<string, TableIdent>()
      for (const namespace of await client.listNamespaces())
        for (const table of await client.listTables(namespace)) now.set(JSON.stringify([namespace, table.name]), table)
      const others = known === undefined ? [] : [...now, ...known].filter(([key]) => now.has(key) !== known!.has(key))
      for (const [, table] of others) onMoved(table)
      known = now
    } catch (error) {
      logger.warn({ err: error }, 'the catalog did not say which tables there are')
    }
    await pause(listMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
}
