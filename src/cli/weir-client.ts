import { catalogue, type ErrorCode } from '../kernel/errors/catalogue.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { mustRun } from './running.ts'

/** Calls the HTTP API of the Weir that runs on a project. Errors are those of the API, as WeirErrors. */
export interface WeirClient {
  call<Result>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Result>
  /** Each line of an NDJSON or event stream's `data`, parsed, as it comes; fails when `signal` ends the connection. */
  stream(path: string, body?: unknown, signal?: AbortSignal): AsyncIterable<unknown>
}

export function connectWeir(projectDirectory: string): WeirClient {
  return connectApi(mustRun(projectDirectory).http)
}

/** The same at an address; `WEIR_TOKEN` is sent where it is set. */
export function connectApi(http: string): WeirClient {
  const token = process.env['WEIR_TOKEN']
  const send = async (method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const init = {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }
    const response = await fetch(new URL(path, http), init).catch((cause: unknown) => {
      throw new WeirError('WEIR-2007', `Weir does not answer at ${http}. See weir doctor`, { cause })
    })
    if (response.ok) return response
    const error = await errorOf(response)
    throw error.code === 'WEIR-7008' ? withoutToken(token) : error
  }
  return {
    async call(method, path, body) {
      const response = await send(method, path, body)
      const text = await response.text()
      return (text === '' ? undefined : JSON.parse(text)) as never
    },
    async *stream(path, body, signal) {
      const response = await send(body === undefined ? 'GET' : 'POST', path, body, signal)
      for await (const line of linesOf(response)) {
        const json = line.startsWith('data:') ? line.slice(5).trim() : line
        if (json.startsWith('{') || json.startsWith('[')) yield JSON.parse(json)
      }
    },
  }
}

/** What a person at a command line can do; the API speaks of headers. */
export function withoutToken(token: string | undefined): WeirError {
  const what = token === undefined ? 'asks for a token' : 'has another token than WEIR_TOKEN here'
  return new WeirError('WEIR-7008', `this Weir ${what}. Set WEIR_TOKEN as where weir up was started`)
}

async function errorOf(response: Response): Promise<WeirError> {
  const text = await response.text()
  try {
    const { error } = JSON.parse(text) as {
      error: { code: string; message: string; at?: string; details?: Record<string, unknown> }
    }
    const code = (error.code in catalogue ? error.code : 'WEIR-9001') as ErrorCode
    const { at, details = {} } = error
    return new WeirError(code, error.message, { details, ...(at === undefined ? {} : { at }) })
  } catch {
    return new WeirError('WEIR-9001', `HTTP ${response.status} of ${response.url}: ${text.slice(0, 200)}`)
  }
}

async function* linesOf(response: Response): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}
