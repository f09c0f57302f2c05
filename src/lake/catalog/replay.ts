import type { CatalogRequest, CatalogResponse } from './catalog.ts'
import type { KeptAnswer } from './receipt.ts'
import { RestError } from './rest-error.ts'
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
      ? loaded(location, await metadata.read(location), accessOf(request))
      : loadedView({ location, metadata: await views.read(location) })
  }
  const { status, body = '' } = kept
  return { status, headers: body === '' ? {} : { 'content-type': 'application/json' }, body }
}

/** The table was purged, or many commits have followed. */
function gone(location: string): RestError {
  const message = `The request with this idempotency key was done, but what it wrote is gone since: ${location}`
  return new RestError(404, 'NotFoundException', message)
}
