import { randomUUID } from 'node:crypto'
import { under } from '../../storage/objects/location.ts'
import { parseMetadata } from '../metadata/read.ts'
import { parseViewMetadata } from '../view/view-metadata.ts'
import type { CatalogOptions, CatalogRequest, CatalogResponse, ClientSettings, OwnCatalog } from './catalog.ts'
import { deltaTables } from './delta-tables.ts'
import { idempotency, keyLifetime } from './idempotency.ts'
import { metadataStore } from './metadata-store.ts'
import { namespaceRoutes } from './namespace-routes.ts'
import type { Namespace, TableIdent } from './pointer-store.ts'
import type { ReceiptOf } from './receipt.ts'
import { replay } from './replay.ts'
import { errorResponse, RestError } from './rest-error.ts'
import { findRoute, json, namespaceSeparator, type Route } from './route.ts'
import { signRoutes } from './signing/sign-route.ts'
import { stagedPlaces } from './signing/staged-places.ts'
import { accessFor, asksForSignatures, type AccessedTable } from './table-access.ts'
import { tableRoutes } from './table-routes.ts'
import { folderName } from './usable-name.ts'
import { viewRoutes } from './view-routes.ts'

/** The Iceberg REST catalog over a pointer store and an object store. Serves `/v1/…`; it is mounted by the HTTP server. */
export function createCatalog(options: CatalogOptions): OwnCatalog {
  const { pointers, objects, now = Date.now, onCheckpointDue = () => undefined } = options
  const metadata = metadataStore(objects, parseMetadata)
  const delta = deltaTables({ pointers, objects, metadata, now, onCheckpointDue })
  const shared = {
    pointers,
    objects,
    metadata,
    delta,
    views: metadataStore(options.objects, parseViewMetadata),
    newLocation: (table: TableIdent) => freeLocation(options, table),
    loneLocation: (table: TableIdent) => loneLocation(options, table),
    folderOf: (namespace: Namespace) => namespaceFolder(options.warehouse, namespace),
    making: options.making ?? ((_, make) => make()),
    accessOf: ({ headers }: CatalogRequest, accessed: AccessedTable) => accessFor(options, headers, accessed),
    signsFor: ({ headers }: CatalogRequest) => options.signing !== undefined && asksForSignatures(headers),
    signing: options.signing,
    staged: stagedPlaces(now),
    warehouse: options.warehouse,
    now,
  }
  const routesWith = (receipt: ReceiptOf): readonly Route[] => {
    const context = { ...shared, receipt }
    const served = [
      ...namespaceRoutes(context),
      ...tableRoutes(context),
      ...signRoutes(context),
      ...viewRoutes(context),
    ]
    return [configRoute(served, options.clientSettings), ...served]
  }
  const usual = routesWith(() => undefined)
  const once = idempotency({
    receipts: options.pointers,
    replay: (kept, request) => replay(kept, request, shared),
    now: shared.now,
  })
  return {
    pointer: (table) => delta.pointer(table),
    followsLog: (table) => delta.has(table),
    handle: async (request) => {
      try {
        const response = await once(request, (receipt) =>
          answer(receipt === undefined ? usual : routesWith(receipt), request),
        )
        return request.method === 'HEAD' ? withoutBody(response) : response
      } catch (thrown) {
        return errorResponse(thrown)
      }
    },
  }
}

function withoutBody({ status, headers }: CatalogResponse): CatalogResponse {
  return { status, headers, body: '' }
}

async function answer(routes: readonly Route[], request: CatalogRequest): Promise<CatalogResponse> {
  const found = findRoute(routes, request)
  if (found === undefined)
    throw new RestError(
      404,
      'NotFoundException',
      `${request.method} ${request.path} is not served; GET /v1/config lists the endpoints`,
    )
  return found.route.answer({ ...request, parameters: found.parameters })
}

/** Advertises what is served and nothing else: clients call nothing that is not listed. */
function configRoute(served: readonly Route[], settings: ClientSettings | undefined): Route {
  const body = {
    defaults: settings?.defaults ?? {},
    overrides: { ...settings?.overrides, 'namespace-separator': namespaceSeparator },
    endpoints: served.map((route) => `${route.method} ${route.path}`),
    'idempotency-key-lifetime': keyLifetime.text,
  }
  return { method: 'GET', path: '/v1/config', answer: () => Promise.resolve(json(body)) }
}

/**
 * The folder of a table or view, or one beside it when files of one that was dropped or renamed lie there: two must not
 * share a folder, for what one no longer names the other may.
 */
async function freeLocation({ warehouse, objects }: CatalogOptions, table: TableIdent): Promise<string> {
  const location = tableLocation(warehouse, table)
  for await (const _ of objects.list(`${location}/`)) return `${location}-${randomUUID().slice(0, 8)}`
  return location
}

/** One that nobody else was ever told: what comes to lie there is of whom it is given to. */
async function loneLocation({ warehouse, objects }: CatalogOptions, table: TableIdent): Promise<string> {
  for (;;) {
    const location = `${tableLocation(warehouse, table)}-${randomUUID().slice(0, 8)}`
    let isFree = true
    for await (const _ of objects.list(`${location}/`)) isFree = false
    if (isFree) return location
  }
}

/** Whether a new table of this name is given that folder, or might be. */
export function isPlaceOf(warehouse: string, table: TableIdent, location: string): boolean {
  const usual = tableLocation(warehouse, table)
  const given = location.replace(/\/+$/, '')
  return given === usual || (given.startsWith(usual) && /^-[0-9a-f]{8}$/.test(given.slice(usual.length)))
}

/** `<warehouse>/<level.level>/<table>`: always two folders deep, so that no table lies inside another. */
function tableLocation(warehouse: string, table: TableIdent): string {
  return under(namespaceFolder(warehouse, table.namespace), folderName(table.name))
}

function namespaceFolder(warehouse: string, namespace: Namespace): string {
  return under(warehouse, namespace.map((level) => folderName(level).replaceAll('.', '%2E')).join('.'))
}
