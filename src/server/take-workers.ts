import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { asWeirError, WeirError } from '../kernel/errors/weir-error.ts'
import { joinPath, joinProtocol } from '../platform/join/join-methods.ts'
import { errorBody, statusOf } from './http-status.ts'
import { mustBeAdmitted, type GuardOptions } from './guard.ts'

/** Connections of workers that join become ours; every other request to upgrade is answered as one that does not ask. */
export function isJoin({ headers }: IncomingMessage): boolean {
  return headers.upgrade === joinProtocol
}

export function takeWorkers(
  app: FastifyInstance,
  options: GuardOptions & { readonly acceptWorker: (connection: Duplex, head: Buffer) => void },
): void {
  // Before, Node asks nobody which of them to upgrade, and Java's clients ask with every request.
  if (!isNodeSince(24, 9)) return
  app.server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy())
    try {
      mustBeAdmitted(request.headers, 'http', options)
      if (request.method !== 'POST' || request.url !== joinPath)
        throw new WeirError('WEIR-7007', `workers join by POST ${joinPath}`)
    } catch (thrown) {
      return refuse(connection, asWeirError(thrown))
    }
    connection.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${joinProtocol}\r\n\r\n`)
    options.acceptWorker(connection, head)
  })
}

function refuse(connection: Duplex, error: WeirError): void {
  const body = JSON.stringify(errorBody(error))
  connection.end(
    `HTTP/1.1 ${statusOf(error)} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function isNodeSince(major: number, minor: number): boolean {
  const [ours = 0, its = 0] = process.versions.node.split('.').map(Number)
  return ours > major || (ours === major && its >= minor)
}
