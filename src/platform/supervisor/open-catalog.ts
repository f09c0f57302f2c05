import { randomUUID } from 'node:crypto'
import type { Logger } from '../../kernel/logger.ts'
import type { Catalog, CatalogOptions } from '../../lake/catalog/catalog.ts'
import { guardCatalog } from '../../lake/catalog/access/guard-catalog.ts'
import { createCatalog, isPlaceOf } from '../../lake/catalog/create-catalog.ts'
import type { TableIdent } from '../../lake/catalog/pointer-store.ts'
import type { CatalogPointers } from '../../storage/metadata/pointers.ts'
import { under } from '../../storage/objects/location.ts'
import type { SecretService, TableIdentifier } from '../kinds/reconcile-services.ts'
import type { CatalogTables } from '../lake/catalog-tables.ts'
import { openForeignCatalog, type ForeignCatalog } from '../lake/foreign-catalog.ts'
import type { TableSettings } from '../project/table-settings.ts'
import { observedPointers } from './observed-pointers.ts'

/** The catalog that a project's tables are in: Weir's own, or one of somebody else. */
export interface ChosenCatalog {
  readonly catalog: Catalog
  readonly tables: CatalogTables
  /** Others change it past us. */
  readonly isShared: boolean
  /** Whether others change this table past us: it follows a log. */
  readonly followsLog: (table: TableIdent) => Promise<boolean>
  /** Where a new table lies, when the catalog shall not choose: where nothing else ever lay, so that its files are its own. */
  readonly locationOf?: (table: TableIdentifier) => string
}

export async function openForeign(
  settings: TableSettings | undefined,
  secrets: SecretService,
  onMoved: (table: TableIdent) => void,
  logger: Logger,
): Promise<(ForeignCatalog & { readonly uri: string }) | undefined> {
  if (settings === undefined) return undefined
  const { catalog: uri, warehouse, token } = settings
  const opened = openForeignCatalog({
    uri,
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(token === undefined ? {} : { token: await secrets.read(token) }),
    onMoved,
    logger,
  })
  return { ...opened, uri }
}

export function foreignCatalog(
  { catalog, tables }: ForeignCatalog,
  { objects, warehouse }: Pick<CatalogOptions, 'objects' | 'warehouse'>,
): ChosenCatalog {
  const locationOf = ({ namespace, name }: TableIdentifier): string =>
    under(warehouse, namespace, `${name}-${randomUUID().slice(0, 8)}`)
  const guarded = guardCatalog(catalog, { files: objects })
  return { catalog: guarded, tables, isShared: true, followsLog: async () => false, locationOf }
}

export function ownCatalog(
  pointers: CatalogPointers,
  onMoved: (table: TableIdent) => void,
  options: Omit<CatalogOptions, 'pointers'>,
): ChosenCatalog {
  const observed = observedPointers(pointers, onMoved)
  const catalog = createCatalog({ ...options, pointers: observed })
  const tables: CatalogTables = {
    tablePointer: (table) => catalog.pointer(table),
    listTables: (namespace, page) => observed.listTables(namespace, page),
    listNamespaces: (parent, page) => observed.listNamespaces(parent, page),
  }
  const guarded = guardCatalog(catalog, {
    files: options.objects,
    signs: options.signing !== undefined,
    isPlaceOf: (table, location) => isPlaceOf(options.warehouse, table, location),
  })
  return { catalog: guarded, tables, isShared: false, followsLog: (table) => catalog.followsLog(table) }
}
