import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AgreeingProxy extends AsyncDisposable {
  readonly url: string
}

/** A proxy that says yes (200) where a server says that a condition does not hold (412): as servers do that know no conditions. */
export async function startAgreeingProxy(target: string): Promise<AgreeingProxy> {
  const { hostname, port } = new URL(target)
  const server = createServer((from, to) => {
    const { expect: _, ...headers } = from.headers
    const up = request({ hostname, port, method: from.method, path: from.url, headers, setHost: false })
    up.on('error', () => to.destroy())
    up.on('response', (answer: IncomingMessage) => {
      if (answer.statusCode === 412) {
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
