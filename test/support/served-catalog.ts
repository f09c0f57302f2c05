import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Catalog } from '../../src/lake/catalog/catalog.ts'

/**
 * What becomes of a request: `answered`; the connection is cut `before` the catalog hears of it, `after` the catalog did it,
 * or `within` its answer; `silent`, nothing ever comes; or something between answers in the catalog's place.
 */
export type Fate =
  | 'answered'
  | 'before'
  | 'after'
  | 'within'
  | 'silent'
  | { readonly status: number; readonly body: string }

export interface ServedCatalog extends AsyncDisposable {
  readonly uri: string
  /** Asked for each request, by method and path. */
  decide: (method: string, path: string) => Fate
}

/** A catalog behind real connections on loopback, which are cut where a test says so. */
export async function serveCatalog(catalog: Catalog): Promise<ServedCatalog> {
  const served: { decide: ServedCatalog['decide'] } = { decide: () => 'answered' }
  const server = createServer((request, response) => {
    void handle(catalog, request, response, served.decide(request.method ?? 'GET', request.url ?? '/'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(served, {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  })
}

async function handle(catalog: Catalog, request: IncomingMessage, response: ServerResponse, fate: Fate): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (fate === 'silent') return
  if (fate === 'before') return void request.socket.destroy()
  if (typeof fate === 'object') return void response.writeHead(fate.status).end(fate.body)
  const url = new URL(request.url ?? '/', 'http://catalog')
  const { status, headers, body } = await catalog.handle({
    method: request.method ?? 'GET',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks).toString(),
  })
  if (fate === 'after') return void request.socket.destroy()
  if (fate === 'answered') return void response.writeHead(status, headers).end(body)
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  response.write(body.slice(0, body.length / 2), () => request.socket.destroy())
}
