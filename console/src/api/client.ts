import type { ErrorAnswer } from './answers.ts'

/** An error as the API gives it; the page shows code, cause and remedy. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly remedy: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(status: number, error: Omit<ErrorAnswer['error'], 'at'>) {
    super(error.message)
    this.status = status
    this.code = error.code
    this.remedy = error.remedy
    this.details = error.details
  }
}

/** Whether to ask once more: what was refused is refused again. */
export function mayHeal(failures: number, error: unknown): boolean {
  const isRefused = error instanceof ApiError && error.status >= 400 && error.status < 500
  return failures < 1 && !isRefused
}

/** Calls the API of the Weir that served this page. Throws ApiError, also when Weir does not answer. */
export async function call<Result>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await send(path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    ...(signal ? { signal } : {}),
  })
  if (response.status === 204) return undefined as Result
  const text = await response.text()
  const parsed = text === '' ? undefined : parse(text)
  if (!response.ok) throw toApiError(response.status, parsed)
  return parsed as Result
}

/** Server-sent events that answer a POST, until it ends or `signal` ends it. Throws ApiError for what is refused at once. */
export async function* callForEvents(
  path: string,
  body: unknown,
  signal: AbortSignal,
): AsyncIterable<{ readonly event: string; readonly data: unknown }> {
  const headers = { 'content-type': 'application/json' }
  const response = await send(path, { method: 'POST', body: JSON.stringify(body), headers, signal })
  if (!response.ok) throw toApiError(response.status, parse(await response.text()))
  let rest = ''
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const [last = '', ...whole] = (rest + text).split('\n\n').toReversed()
    rest = last
    for (const block of whole.toReversed()) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block) ?? []
      if (event !== undefined && data !== undefined) yield { event, data: parse(data) }
    }
  }
}

/** What stands before Weir may answer in its stead, and not as JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    const remedy = 'Start it with weir up; this page heals by itself.'
    throw new ApiError(0, { code: 'unreachable', message: 'Weir does not answer.', remedy, details: {} })
  }
}

function toApiError(status: number, body: unknown): ApiError {
  const error = (body as Partial<ErrorAnswer> | undefined)?.error
  return new ApiError(status, error ?? { code: String(status), message: `HTTP ${status}`, remedy: '', details: {} })
}
