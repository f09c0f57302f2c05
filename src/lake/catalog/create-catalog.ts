import { randomUUID } from 'node:crypto'
import { under } from '../../storage/objects/location.ts'
import { parseMetadata } from '../metadata/read.ts'
import { parseViewMetadata } from '../view/view-metadata.ts'
import type { Catalog, CatalogOptions, CatalogRequest, CatalogResponse, ClientSettings } from './catalog.ts'
import { metadataStore } from './metadata-store.ts'
import { namespaceRoutes } from './namespace-routes.ts'
import type { TableIdent } from './pointer-store.ts'
import { errorResponse, RestError } from './rest-error.ts'
import { findRoute, json, namespaceSeparator, type Route } from './route.ts'
import { tableRoutes } from './table-routes.ts'
import { viewRoutes } from './view-routes.ts'

/** The Iceberg REST catalog over a pointer store and an object store. Serves `/v1/…`; it is mounted by the HTTP server. */
export function createCatalog(options: CatalogOptions): Catalog {
  const context = {
    pointers: options.pointers,
    objects: options.objects,
    metadata: metadataStore(options.objects, parseMetadata),
    views: metadataStore(options.objects, parseViewMetadata),
    newLocation: (table: TableIdent) => freeLocation(options, table),
    making: options.making ?? ((_, make) => make()),
    now: options.now ?? Date.now,
  }
  const served = [...namespaceRoutes(options.pointers), ...tableRoutes(context), ...viewRoutes(context)]
  const routes = [configRoute(served, options.clientSettings), ...served]
  return { handle: (request) => answer(routes, request) }
}

async function answer(routes: readonly Route[], request: CatalogRequest): Promise<CatalogResponse> {
  const response = await attempt(routes, request)
  return request.method === 'HEAD' ? { ...response, body: '' } : response
}

async function attempt(routes: readonly Route[], request: CatalogRequest): Promise<CatalogResponse> {
  try {
    const found = findRoute(routes, request)
    if (found === undefined)
      throw new RestError(
        404,
        'NotFoundException',
        `${request.method} ${request.path} is not served; GET /v1/config lists the endpoints`,
      )
    return await found.route.answer({ ...request, parameters: found.parameters })
  } catch (thrown) {
    return errorResponse(thrown)
  }
}

/** Advertises what is served and nothing else: clients call nothing that is not listed. */
function configRoute(served: readonly Route[], settings: ClientSettings | undefined): Route {
  const body = {
    defaults: settings?.defaults ?? {},
    overrides: { ...settings?.overrides, 'namespace-separator': namespaceSeparator },
    endpoints: served.map((route) => `${route.method} ${route.path}`),
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

/** `<warehouse>/<level.level>/<table>`: always two folders deep, so that no table lies inside another. */
function tableLocation(warehouse: string, table: TableIdent): string {
  const levels = table.namespace.map((level) => folderName(level).replaceAll('.', '%2E'))
  return under(warehouse, levels.join('.'), folderName(table.name))
}

function folderName(name: string): string {
  const encoded = name.replaceAll(/[^\p{L}\p{N}_.-]/gu, (character) => encodeURIComponent(character))
  return encoded.replaceAll(/^\.+$/g, (dots) => '%2E'.repeat(dots.length))
}
