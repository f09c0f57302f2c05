import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AgreeingProxy extends AsyncDisposable {
  readonly url: string
}

/**
 * A proxy that says yes (200) where a server says that a condition does not hold (412): as servers do that know no conditions, or with `onlyAtOnce` as those
 * do that look first and write then, to requests that were under way at the same time.
 */
export async function startAgreeingProxy(
  target: string,
  { onlyAtOnce = false }: { readonly onlyAtOnce?: boolean } = {},
): Promise<AgreeingProxy> {
  const { hostname, port } = new URL(target)
  const underWay = new Set<{ met: boolean }>()
  const server = createServer((from, to) => {
    const own = { met: underWay.size > 0 }
    for (const other of underWay) other.met = true
    underWay.add(own)
    to.once('close', () => underWay.delete(own))
    const { expect: _, ...headers } = from.headers
    const up = request({ hostname, port, method: from.method, path: from.url, headers, setHost: false })
    up.on('error', () => to.destroy())
    up.on('response', (answer: IncomingMessage) => {
      if (answer.statusCode === 412 && (own.met || !onlyAtOnce)) {
        answer.resume()
        to.writeHead(200, { etag: '"x"', 'content-length': 0 }).end()
        return
      }
      to.writeHead(answer.statusCode!, answer.rawHeaders)
      answer.pipe(to)
    })
    from.pipe(up)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
