/** An error as the API gives it; the page shows code, cause and remedy. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly remedy: string

  constructor(status: number, code: string, message: string, remedy: string) {
    super(message)
    this.status = status
    this.code = code
    this.remedy = remedy
  }
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
  const parsed: unknown = text === '' ? undefined : JSON.parse(text)
  if (!response.ok) throw toApiError(response.status, parsed)
  return parsed as Result
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'unreachable', 'Weir does not answer.', 'Start it with weir up; this page heals by itself.')
  }
}

function toApiError(status: number, body: unknown): ApiError {
  const error = (body as { error?: { code?: string; message?: string; remedy?: string } } | undefined)?.error
  return new ApiError(status, error?.code ?? String(status), error?.message ?? `HTTP ${status}`, error?.remedy ?? '')
}
