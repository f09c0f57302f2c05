import type { Catalog, CatalogRequest, CatalogResponse } from './catalog.ts'
import { errorResponse, RestError } from './rest-error.ts'

export interface RelayOptions {
  /** Base address of the other catalog, without `/v1`. */
  readonly uri: string
  readonly token?: string
  /** What its configuration is asked for; its own choice without it. */
  readonly warehouse?: string
  /** After a request through here has changed something. */
  readonly onChanged: (request: CatalogRequest) => void
  readonly timeoutMs?: number
}

/** Of a request that the other catalog understands; who may ask here was decided before, and is not its business. */
const passedOn = ['if-none-match', 'idempotency-key', 'x-iceberg-access-delegation'] as const
const passedBack = ['content-type', 'etag'] as const

/**
 * The catalog of somebody else, under our address: requests and answers pass as they are, its prefix and its separator too. A request
 * without an answer is 502, after which the outcome of a commit is unknown (REST specification); it is never sent again here.
 */
export function relayCatalog(options: RelayOptions): Catalog {
  return {
    handle: async (request) => {
      try {
        const response = await ask(options, request)
        const isChange = request.method !== 'GET' && request.method !== 'HEAD'
        if (isChange && (response.status < 300 || response.status >= 500)) options.onChanged(request)
        return response
      } catch (thrown) {
        if (request.method !== 'GET' && request.method !== 'HEAD') options.onChanged(request)
        return errorResponse(thrown)
      }
    },
  }
}

async function ask(options: RelayOptions, request: CatalogRequest): Promise<CatalogResponse> {
  const { uri, token, warehouse, timeoutMs = 60_000 } = options
  const asked =
    request.path === '/v1/config' && warehouse !== undefined ? { ...request.query, warehouse } : request.query
  const query = new URLSearchParams(asked)
  const url = `${uri.replace(/\/+$/, '')}${request.path}${query.size === 0 ? '' : `?${query.toString()}`}`
  const headers: Record<string, string> = { accept: 'application/json' }
  for (const name of passedOn) if (request.headers[name] !== undefined) headers[name] = request.headers[name]
  if (request.body !== '') headers['content-type'] = 'application/json'
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`
  try {
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...(request.body === '' ? {} : { body: request.body }),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body = await response.text()
    const back = passedBack.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    return { status: response.status, headers: Object.fromEntries(back), body }
  } catch (cause) {
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message
    throw new RestError(
      502,
      'CommitStateUnknownException',
      `The catalog at ${uri} did not answer ${request.method} ${request.path}: ${reason}`,
    )
  }
}
