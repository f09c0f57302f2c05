import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is done to a request: a byte of it or of its answer changed, the answer ended after so many bytes, or it is refused. */
export type Tampering = 'damage request' | 'damage answer' | { readonly cutAt: number } | { readonly refuse: number }

export interface SeenRequest {
  /** `GET /bucket/key?query`. */
  readonly what: string
  readonly range: string | undefined
}

export interface TamperingProxy extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly SeenRequest[]
}

/**
 * A proxy before an S3 server that does to each request what `decide` says: what no server does when it is asked to, such
 * as a byte that changes on the way. `answered` hears of each answer before the client does.
 */
export async function startTamperingProxy(
  target: string,
  decide: (seen: SeenRequest) => Tampering | undefined,
  answered: (seen: SeenRequest) => void = () => undefined,
): Promise<TamperingProxy> {
  const seen: SeenRequest[] = []
  const server = createServer((from, to) => {
    const one = { what: `${from.method} ${from.url}`, range: from.headers.range }
    seen.push(one)
    void forward(target, from, to, decide(one), () => answered(one)).catch(() => to.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function forward(
  target: string,
  from: IncomingMessage,
  to: ServerResponse,
  tampering: Tampering | undefined,
  answered: () => void,
): Promise<void> {
  const { hostname, port } = new URL(target)
  const sent = await bodyOf(from)
  if (tampering === 'damage request') damage(sent)
  if (typeof tampering === 'object' && 'refuse' in tampering) {
    answered()
    to.writeHead(tampering.refuse, { 'content-length': 0 }).end()
    return
  }
  const { expect: _, ...headers } = from.headers
  const up = request({ hostname, port, method: from.method, path: from.url, headers, setHost: false })
  up.end(sent)
  const [answer] = (await once(up, 'response')) as [IncomingMessage]
  const body = await bodyOf(answer)
  if (tampering === 'damage answer') damage(body)
  answered()
  to.writeHead(answer.statusCode!, answer.rawHeaders)
  if (typeof tampering !== 'object') to.end(body)
  else to.write(body.subarray(0, tampering.cutAt), () => to.destroy())
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function damage(bytes: Buffer): void {
  const at = bytes.length >> 1
  if (bytes.length > 0) bytes[at]! ^= 1
}
