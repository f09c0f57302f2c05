import { z } from 'zod'
import type { CatalogRequest, CatalogResponse } from './catalog.ts'
import type { TableIdent } from './pointer-store.ts'
import type { KeptAnswer } from './receipt.ts'
import { readBody } from './request-body.ts'
import { RestError } from './rest-error.ts'
import { namespaceOf, tableOf } from './route.ts'
import type { CommitContext } from './table-commit.ts'
import { loaded } from './table-routes.ts'
import { loadedView } from './view-routes.ts'

/** The answer that was kept, again. */
export async function replay(
  kept: KeptAnswer,
  request: CatalogRequest,
  { metadata, views, objects, accessOf }: Pick<CommitContext, 'metadata' | 'views' | 'objects' | 'accessOf'>,
): Promise<CatalogResponse> {
  if ('table' in kept || 'view' in kept) {
    const location = 'table' in kept ? kept.table : kept.view
    if ((await objects.size(location)) === undefined) throw gone(location)
    return 'table' in kept
      ? loaded(location, await metadata.read(location), accessOf(request, { table: tableIn(request) }))
      : loadedView({ location, metadata: await views.read(location) })
  }
  const { status, body = '' } = kept
  return { status, headers: body === '' ? {} : { 'content-type': 'application/json' }, body }
}

/** The one that was made, registered or changed: named by the path, or by the body below its namespace. */
function tableIn(request: CatalogRequest): TableIdent {
  const [, namespace = '', table] =
    /^\/v1\/namespaces\/([^/]+)\/(?:tables|register)(?:\/([^/]+))?/.exec(request.path) ?? []
  const call = { ...request, parameters: { namespace, table: table ?? '' } }
  const name = table === undefined ? readBody(z.object({ name: z.string() }), request.body).name : tableOf(call)
  return { namespace: namespaceOf(call), name }
}

/** The table was purged, or many commits have followed. */
function gone(location: string): RestError {
  const message = `The request with this idempotency key was done, but what it wrote is gone since: ${location}`
  return new RestError(404, 'NotFoundException', message)
}
