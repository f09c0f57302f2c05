import { parseJson, stringifyJson } from '../../json.ts'
import type { TableMetadata } from '../../metadata/table-metadata.ts'
import type { Catalog, CatalogRequest, CatalogResponse } from '../catalog.ts'
import type { TableIdent } from '../pointer-store.ts'
import { errorResponse, RestError } from '../rest-error.ts'
import { findRoute } from '../route.ts'
import { asksForSignatures } from '../table-access.ts'
import type { CatalogAccess } from './catalog-access.ts'
import { accessRules } from './access-rules.ts'
import { namedTable, type NamedTable, type OwnFilesReader } from './own-files.ts'

export interface GuardOptions {
  /** Reads what commits name. */
  readonly files: OwnFilesReader
  /** Whether a new table of this name would lie there; without it nobody but administrators chooses a place. */
  readonly isPlaceOf?: (table: TableIdent, location: string) => boolean
  /** Whether the catalog itself signs requests to the store, for what its own answers name and nothing else. */
  readonly signs?: boolean
}

/**
 * Asks whether whoever sends a request may do what it is about, before the catalog sees it: the own one and one of somebody else alike. What
 * no rule is about is refused.
 */
export function guardCatalog(inner: Catalog, { files, isPlaceOf = () => false, signs = false }: GuardOptions): Catalog {
  return {
    handle: async (request) => {
      const { access } = request
      if (access === undefined) return inner.handle(request)
      try {
        return await guarded(inner, access, { files, isPlaceOf, signs }, asItIsRead(request))
      } catch (thrown) {
        return errorResponse(thrown)
      }
    },
  }
}

async function guarded(
  inner: Catalog,
  access: CatalogAccess,
  options: Required<GuardOptions>,
  request: CatalogRequest,
): Promise<CatalogResponse> {
  const found = findRoute(accessRules, { ...request, path: withoutPrefix(request.path) })
  if (found === undefined)
    throw new RestError(
      403,
      'ForbiddenException',
      `${request.method} ${request.path} is for administrators: policies hold here, and no rule is about it (WEIR-7015)`,
    )
  const tableNamed = async (table: TableIdent): Promise<NamedTable | undefined> =>
    tableIn(await load(inner, request, table))
  await found.route.check({ ...request, parameters: found.parameters }, access, { ...options, tableNamed })
  const response = await inner.handle({ ...request, headers: withoutKeys(request.headers, options) })
  return found.route.lists && response.status === 200 ? onlySeen(response, access) : response
}

/** Whoever answers must read what was decided about: a body in which a name stands twice is another one to another reader. */
function asItIsRead(request: CatalogRequest): CatalogRequest {
  if (request.path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part)))
    throw new RestError(400, 'BadRequestException', `The path ${request.path} has a part that is no name`)
  if (request.body === '') return request
  try {
    return { ...request, body: stringifyJson(parseJson(request.body)) }
  } catch (error) {
    throw new RestError(400, 'BadRequestException', `The body is not JSON: ${(error as Error).message}`)
  }
}

/** Another catalog may have told clients a prefix. */
function withoutPrefix(path: string): string {
  return path.replace(/^\/v1\/(?!(?:namespaces|tables|views|transactions|config)(?:\/|$))[^/]+\//, '/v1/')
}

async function load(
  inner: Catalog,
  request: CatalogRequest,
  { namespace, name }: TableIdent,
): Promise<CatalogResponse> {
  const start = /^(.*?)\/(?:namespaces|tables|views|transactions)(?:\/|$)/.exec(request.path)?.[1] ?? '/v1'
  const path = `${start}/namespaces/${namespace.map(encodeURIComponent).join('%1F')}/tables/${encodeURIComponent(name)}`
  return inner.handle({ method: 'GET', path, query: { snapshots: 'refs' }, headers: {}, body: '' })
}

function tableIn({ status, body }: CatalogResponse): NamedTable | undefined {
  if (status !== 200) return undefined
  const { metadata } = parseJson(body) as { readonly metadata: TableMetadata }
  return namedTable(metadata)
}

/** Keys of the storage open all tables; signatures are given one by one. */
function withoutKeys(given: CatalogRequest['headers'], { signs }: Required<GuardOptions>): CatalogRequest['headers'] {
  const { 'x-iceberg-access-delegation': _, ...headers } = given
  return signs && asksForSignatures(given) ? { ...headers, 'x-iceberg-access-delegation': 'remote-signing' } : headers
}

/** Pages may be shorter than was asked for. */
function onlySeen(response: CatalogResponse, access: CatalogAccess): CatalogResponse {
  const body = parseJson(response.body) as { readonly identifiers?: readonly TableIdent[] }
  const identifiers = (body.identifiers ?? []).filter((table) => access.sees(table))
  return { ...response, body: stringifyJson({ ...body, identifiers }) }
}
