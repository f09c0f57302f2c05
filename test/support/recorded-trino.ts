import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Recording {
  readonly text: string
  /** Answers as Trino 476 gave them, at `http://trino.test`. */
  readonly pages: readonly string[]
}

export interface RecordedTrino {
  readonly url: string
  /** What it was asked, `POST /v1/statement` and the like. */
  readonly asked: string[]
  readonly headers: IncomingMessage['headers'][]
  /** How the next requests are answered instead, one each: a status, or a connection that breaks. */
  readonly troubles: (number | 'break')[]
  /** Whether answers wait, as those of a query that takes long. */
  isHeld: boolean
  stop(): Promise<void>
}

const place = new URL('../../src/sql/trino/fixtures/pages.json', import.meta.url)
export const recordings = JSON.parse(readFileSync(place, 'utf8')) as Readonly<Record<string, Recording>>

const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** A server that answers statements with the pages that a Trino has answered them with; any other with those of `select 1 x where false`. */
export async function startRecordedTrino(): Promise<RecordedTrino> {
  const pageOf = new Map<string, string>()
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const troubles: (number | 'break')[] = []
  const trino = { asked, headers, troubles, isHeld: false }
  const server: Server = createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    let body = ''
    for await (const part of request) body += String(part)
    const trouble = troubles.shift()
    if (trouble === 'break') return void request.socket.destroy()
    if (trouble !== undefined) return void response.writeHead(trouble).end('in trouble')
    if (request.method === 'DELETE') return void response.writeHead(204).end()
    if (request.url === '/v1/info') return void response.end('{"nodeVersion":{"version":"476"},"starting":false}')
    while (trino.isHeld && request.method === 'GET') await new Promise((resolve) => setTimeout(resolve, 5))
    response.end(request.method === 'POST' ? firstPage(body) : pageOf.get(request.url!))
  })
  const firstPage = (text: string): string => {
    const recording =
      Object.values(recordings).find((one) => inOneLine(one.text) === inOneLine(text)) ?? recordings['none']!
    const pages = recording.pages.map((page) => page.replaceAll('http://trino.test', url))
    for (const [at, page] of pages.entries()) {
      const next = (JSON.parse(page) as { readonly nextUri?: string }).nextUri
      if (next !== undefined) pageOf.set(new URL(next).pathname, pages[at + 1]!)
    }
    return pages[0]!
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = (): Promise<void> => {
    trino.isHeld = false
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return Object.assign(trino, { url, stop })
}
