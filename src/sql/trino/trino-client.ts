import { setTimeout as pause } from 'node:timers/promises'
import { sqlError } from '../sql-error.ts'
import { parsePage, type TrinoColumn, type TrinoFailure, type TrinoPage } from './parse-page.ts'
import type { TrinoConfig } from './trino-config.ts'

/** What of a session Trino is told with each statement. */
export interface TrinoSession {
  readonly schema: string
  readonly timeZone: string
  /** Statements that it may call by name, for DESCRIBE INPUT. */
  readonly prepared?: Readonly<Record<string, string>>
}

/** A statement that runs in Trino. */
export interface TrinoQuery {
  readonly columns: readonly TrinoColumn[]
  /** The rows of the next page that has some, null at the end; one page ahead is asked for meanwhile. */
  next(signal: AbortSignal): Promise<readonly (readonly unknown[])[] | null>
  /** Ends it in Trino, unless it has ended. */
  close(): Promise<void>
}

export interface TrinoClient {
  /** Resolves when its columns are known, or with its end. What Trino says of the statement is thrown as `TrinoRefusal`. */
  run(text: string, session: TrinoSession, signal: AbortSignal): Promise<TrinoQuery>
  /** WEIR-6015 when it cannot be reached, or does not answer in time. */
  version(timeoutMs: number): Promise<string>
}

/** An error that Trino answered. */
export class TrinoRefusal extends Error {
  readonly failure: TrinoFailure

  constructor(failure: TrinoFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Trino answers a request within a second or so, with or without rows. */
const requestTimeoutMs = 60_000
/** How long one that goes away in the middle of an answer is asked again. */
const patienceMs = 15_000
const closeTimeoutMs = 5000
const passing = new Set([429, 502, 503, 504])

export function createTrinoClient(config: TrinoConfig, patience = patienceMs): TrinoClient {
  const { origin } = new URL(config.url)
  const credentials = credentialsOf(config)

  const send = (url: string, method: string, headers: Record<string, string>, body?: string): Promise<Response> => {
    // Behind a proxy Trino may name itself otherwise; credentials go to the address of the project only.
    if (new URL(url).origin !== origin) throw elsewhere(origin, url)
    const signal = AbortSignal.timeout(method === 'DELETE' ? closeTimeoutMs : requestTimeoutMs)
    return fetch(url, {
      method,
      headers: { ...headers, ...credentials },
      redirect: 'error',
      signal,
      ...(body === undefined ? {} : { body }),
    })
  }

  /** A page; one that is lost on the way is asked for again, for Trino keeps it until the next. */
  const pageAt = async (url: string): Promise<TrinoPage> => {
    const until = performance.now() + patience
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 2000)) {
      const problem = await send(url, 'GET', {}).then(
        async (answer) => (answer.ok ? parsePage(await answer.text()) : refusedBy(origin, answer)),
        (cause: unknown) => lost(origin, cause),
      )
      if (!(problem instanceof Error)) return problem
      if (!isPassing(problem) || performance.now() > until) throw problem
      await pause(waitMs)
    }
  }

  const begin = async (text: string, session: TrinoSession): Promise<TrinoPage> => {
    const prepared = Object.entries(session.prepared ?? {}).map(([name, sql]) => `${name}=${encodeURIComponent(sql)}`)
    const headers = {
      'X-Trino-User': encodeURIComponent(config.user),
      'X-Trino-Source': 'weir',
      'X-Trino-Catalog': config.catalog,
      'X-Trino-Schema': encodeURIComponent(session.schema),
      'X-Trino-Time-Zone': session.timeZone,
      'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
      ...(prepared.length > 0 ? { 'X-Trino-Prepared-Statement': prepared.join(',') } : {}),
    }
    const answer = await send(`${origin}/v1/statement`, 'POST', headers, text).catch((cause: unknown) => {
      throw away(origin, cause)
    })
    if (answer.ok) return parsePage(await answer.text())
    throw await refusedBy(origin, answer)
  }

  const end = async ({ nextUri }: TrinoPage): Promise<void> => {
    // Trino ends it by itself when nobody asks any more.
    if (nextUri !== undefined) await send(nextUri, 'DELETE', {}).catch(() => undefined)
  }
  const follow = async (page: TrinoPage): Promise<TrinoPage | undefined> => {
    if (page.error) throw new TrinoRefusal(page.error)
    return page.nextUri === undefined ? undefined : pageAt(page.nextUri)
  }

  return {
    async run(text, session, signal) {
      signal.throwIfAborted()
      let pending: Promise<TrinoPage | undefined> = begin(text, session)
      try {
        for (;;) {
          const page = (await raced(pending, signal))!
          if (page.error) throw new TrinoRefusal(page.error)
          if (page.columns || page.nextUri === undefined) return running(page, follow, end)
          pending = follow(page)
        }
      } catch (error) {
        // It may have begun, and not been heard of yet.
        if (signal.aborted) void pending.then((page) => page && end(page)).catch(() => undefined)
        throw error
      }
    },
    async version(timeoutMs) {
      const asked = fetch(`${origin}/v1/info`, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
      const answer = await asked.catch((cause: unknown) => {
        throw away(origin, cause)
      })
      if (!answer.ok) throw await refusedBy(origin, answer)
      const info = (await answer.json()) as { readonly nodeVersion?: { readonly version?: string } }
      return info.nodeVersion?.version ?? 'of an unknown version'
    },
  }
}

function running(
  first: TrinoPage,
  follow: (page: TrinoPage) => Promise<TrinoPage | undefined>,
  end: (page: TrinoPage) => Promise<void>,
): TrinoQuery {
  let last = first
  let ahead: Promise<TrinoPage | undefined> = Promise.resolve(first)
  let open = true
  const close = async (): Promise<void> => {
    if (!open) return
    open = false
    const page = await ahead.catch(() => undefined)
    await end(page ?? last)
  }
  return {
    columns: first.columns ?? [],
    async next(signal) {
      while (open) {
        const page = await raced(ahead, signal)
        if (!page) {
          open = false
          break
        }
        last = page
        ahead = follow(page)
        // Whoever reads on is told; whoever does not need not know.
        ahead.catch(() => undefined)
        if (page.data && page.data.length > 0) return page.data
      }
      return null
    },
    close,
  }
}

/** What comes first; the work itself goes on. */
async function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const stop = (): void => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function credentialsOf({ user, password, token }: TrinoConfig): Record<string, string> {
  if (token !== undefined) return { Authorization: `Bearer ${token}` }
  if (password === undefined) return {}
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}

const remedy = (origin: string): string =>
  `See that Trino runs there (curl ${origin}/v1/info), or name another in sql.trino.`

const away = (origin: string, cause: unknown): Error =>
  sqlError(
    'WEIR-6015',
    `Trino at ${origin} cannot be reached: ${reasonOf(cause)}`,
    { sqlstate: '57P03', hint: remedy(origin) },
    cause,
  )

const lost = (origin: string, cause: unknown): Error =>
  sqlError(
    'WEIR-6015',
    `Trino at ${origin} went away while it answered: ${reasonOf(cause)}`,
    { sqlstate: '08006', hint: remedy(origin) },
    cause,
  )

const elsewhere = (origin: string, url: string): Error =>
  sqlError(
    'WEIR-6015',
    `Trino at ${origin} answers at ${new URL(url).origin}, which is not the address of the project`,
    {
      sqlstate: '08006',
      hint: 'Name that address in sql.trino, or set http-server.process-forwarded=true in Trino behind a proxy.',
    },
  )

function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error
  const { code, message: inner } = (cause ?? {}) as { readonly code?: string; readonly message?: string }
  return code ?? (inner || message)
}

const isPassing = (error: Error): boolean =>
  (error as { details?: { sqlstate?: string } }).details?.sqlstate === '08006'

/** An answer of HTTP that is none of a statement. */
async function refusedBy(origin: string, answer: Response): Promise<Error> {
  const text = (await answer.text().catch(() => '')).slice(0, 300).trim()
  const said = `Trino at ${origin} answers ${answer.status}${text ? `: ${text}` : ''}`
  if (answer.status === 401 || answer.status === 403)
    return sqlError('WEIR-6015', said, {
      sqlstate: '28000',
      hint: 'Check sql.user, and sql.password or sql.token, in the project.',
    })
  // What Trino cannot read of a request; a prepared statement that it does not parse is such.
  if (answer.status === 400) return sqlError('WEIR-6002', said, { sqlstate: '42601' })
  if (passing.has(answer.status)) return sqlError('WEIR-6015', said, { sqlstate: '08006', hint: remedy(origin) })
  return sqlError('WEIR-6015', said, { sqlstate: '57P03', hint: remedy(origin) })
}
