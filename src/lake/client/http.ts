import { WeirError } from '../../kernel/errors/weir-error.ts'
import { parseJson, stringifyJson } from '../json.ts'
import { answerParser } from './answer-parser.ts'
import type { CatalogClientOptions } from './catalog-client.ts'

export interface Answer {
  readonly status: number
  readonly body: unknown
  /** Type and message of an error body; the status line when it has none. */
  readonly errorType: string
  readonly message: string
}

/** Calls `/v1/…` of a catalog. Rejects only when no answer came (`WEIR-4009`): what was asked may have happened. */
export type Call = (method: string, path: string, body?: unknown) => Promise<Answer>

export function catalogHttp(options: CatalogClientOptions, prefix: () => Promise<string>): Call {
  const parse = answerParser()
  return async (method, path, body) => request(options, method, `${await prefix()}${path}`, { body, parse })
}

/** The prefix that the catalog asks for in `/v1/config`, as `/v1` or `/v1/PREFIX`, and its separator of namespace levels. */
export async function readConfig(
  options: CatalogClientOptions,
): Promise<{ readonly root: string; readonly separator: string }> {
  const query = options.warehouse === undefined ? '' : `?warehouse=${encodeURIComponent(options.warehouse)}`
  const answer = await request(options, 'GET', `/v1/config${query}`)
  if (answer.status !== 200)
    throw new WeirError('WEIR-4009', `${options.uri} is no Iceberg catalog: ${answer.status} ${answer.message}`)
  const { defaults = {}, overrides = {} } = answer.body as Record<string, Record<string, string>>
  const settings = { ...defaults, ...overrides }
  const prefix = settings['prefix']
  return {
    root: prefix === undefined || prefix === '' ? '/v1' : `/v1/${prefix}`,
    separator: settings['namespace-separator'] ?? '%1F',
  }
}

interface Asked {
  readonly body?: unknown
  readonly parse?: (bytes: Buffer, path: string) => unknown
}

async function request(
  options: CatalogClientOptions,
  method: string,
  path: string,
  { body, parse = (bytes) => parseJson(bytes.toString()) }: Asked = {},
): Promise<Answer> {
  const url = `${options.uri.replace(/\/+$/, '')}${path}`
  const send = options.fetch ?? fetch
  try {
    const response = await send(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      },
      ...(body === undefined ? {} : { body: stringifyJson(body) }),
      signal: AbortSignal.timeout(options.timeoutMs ?? 60_000),
    })
    return read(response, await chunksOf(response), (bytes) => parse(bytes, path))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new WeirError('WEIR-4009', `The catalog did not answer ${method} ${url}: ${reason}`, { cause })
  }
}

async function chunksOf({ body }: Response): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  if (body !== null) for await (const chunk of body) chunks.push(chunk as Uint8Array)
  return chunks
}

/** Answers are put together here, to be parsed at once: memory of megabytes for each costs more in collecting it than in filling it. */
let spare = Buffer.alloc(0)
/** One that is larger has memory of its own. */
const spareBytesMax = 16 << 20

function joined(chunks: readonly Uint8Array[]): Buffer {
  const length = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  if (length > spareBytesMax) return Buffer.concat(chunks)
  if (length > spare.length) spare = Buffer.allocUnsafeSlow(Math.min(2 * length, spareBytesMax))
  let at = 0
  for (const chunk of chunks) {
    spare.set(chunk, at)
    at += chunk.byteLength
  }
  return spare.subarray(0, length)
}

/** Until it returns nobody else has its bytes. */
function read(
  { status, statusText }: Response,
  chunks: readonly Uint8Array[],
  parse: (bytes: Buffer) => unknown,
): Answer {
  const bytes = joined(chunks)
  let body: unknown
  try {
    body = bytes.length === 0 ? undefined : parse(bytes)
  } catch {
    // A proxy's page: the status says enough when it is an error, and a 200 that is not JSON is none.
    return {
      status: status < 400 ? 502 : status,
      body: undefined,
      errorType: '',
      message: bytes.toString().slice(0, 200),
    }
  }
  const error = (body as { error?: { type?: string; message?: string } } | undefined)?.error
  return { status, body, errorType: error?.type ?? '', message: error?.message ?? statusText }
}
