import { lookup } from 'node:dns/promises'
import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { joinPath, joinProtocol } from './join-methods.ts'

export interface JoinConnection {
  readonly connection: Duplex
  /** Read of it already. */
  readonly head: Buffer
}

const connectTimeoutMs = 10_000

/** Asks the Weir at this address to take us in. What it answers instead is thrown; WEIR-2020 when it does not answer. */
export function openJoinConnection(base: string, token: string | undefined): Promise<JoinConnection> {
  const url = new URL(joinPath, base)
  const headers = {
    connection: 'Upgrade',
    upgrade: joinProtocol,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const request = (url.protocol === 'https:' ? requestSecure : requestPlain)(url, {
    method: 'POST',
    headers,
    timeout: connectTimeoutMs,
  })
  return new Promise((resolve, reject) => {
    request.once('upgrade', (_response, connection, head) => {
      connection.setTimeout(0)
      resolve({ connection, head })
    })
    request.once('response', (response) => void refusalOf(response, base).then(reject, reject))
    request.once('timeout', () => request.destroy(new Error(`no answer within ${connectTimeoutMs / 1000} s`)))
    request.once('error', (cause: NodeJS.ErrnoException) =>
      reject(unanswered(base, cause.code ?? cause.message, cause)),
    )
    request.end()
  })
}

/**
 * The address to use from now on. A name is looked up once: a server that is reached by names is open to pages that rebind them, so Weir takes
 * addresses. Behind TLS the name is what the certificate is for.
 */
export async function addressOf(given: string): Promise<string> {
  const url = URL.parse(given)
  if (!url || !/^https?:$/.test(url.protocol))
    throw new WeirError('WEIR-2009', `--join takes the address of a Weir, as http://10.0.0.5:4000, not "${given}"`)
  const name = url.hostname.replaceAll(/^\[|\]$/g, '')
  if (url.protocol === 'https:' || isIP(name) > 0 || name === 'localhost') return url.origin
  const { address, family } = await lookup(name).catch((cause: NodeJS.ErrnoException) => {
    throw unanswered(given, `there is no host ${name} (${cause.code})`, cause)
  })
  return `http://${family === 6 ? `[${address}]` : address}:${url.port || '80'}`
}

function unanswered(address: string, reason: string, cause: unknown): WeirError {
  return new WeirError(
    'WEIR-2020',
    `no Weir answers at ${address}: ${reason}. Start weir up there, or correct the address: weir url http prints it`,
    { cause },
  )
}

async function refusalOf(response: IncomingMessage, base: string): Promise<WeirError> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString()
  try {
    const { code, message } = (JSON.parse(body) as { error: { code: string; message: string } }).error
    if (code in catalogue) return new WeirError(code as ErrorCode, message)
  } catch {
    // Whatever it is, it is no Weir.
  }
  return unanswered(base, `what is there answers ${response.statusCode} ${body.slice(0, 80)}`, undefined)
}
