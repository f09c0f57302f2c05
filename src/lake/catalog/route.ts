import type { CatalogRequest, CatalogResponse } from './catalog.ts'
import { stringifyJson } from '../json.ts'
import { namespaceLevels, type Namespace } from './pointer-store.ts'
import { RestError } from './rest-error.ts'

/** Joins and parts the levels of a namespace in paths, as `/v1/config` tells clients. */
export const namespaceSeparator = '%1F'

export interface Route {
  readonly method: string
  /** As the REST specification writes it: `/v1/{prefix}/namespaces/{namespace}`, told to clients as an endpoint. */
  readonly path: string
  readonly answer: (call: Call) => Promise<CatalogResponse>
}

export interface Call extends CatalogRequest {
  readonly parameters: Readonly<Record<string, string>>
}

/** The route of a request and the values in its path; undefined when this catalog does not serve it. */
export function findRoute<R extends Pick<Route, 'method' | 'path'>>(
  routes: readonly R[],
  request: Pick<CatalogRequest, 'method' | 'path'>,
): { readonly route: R; readonly parameters: Readonly<Record<string, string>> } | undefined {
  const parts = request.path.replace(/\/+$/, '').split('/')
  for (const route of routes) {
    const parameters = route.method === request.method ? match(route.path, parts) : undefined
    if (parameters !== undefined) return { route, parameters }
  }
  return undefined
}

function match(pattern: string, parts: readonly string[]): Record<string, string> | undefined {
  // One warehouse, so there is no prefix in paths; the specification writes it for all.
  const expected = pattern.replace('/{prefix}', '').split('/')
  if (expected.length !== parts.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [at, name] of expected.entries()) {
    const part = parts[at]!
    if (name.startsWith('{')) parameters[name.slice(1, -1)] = part
    else if (name !== part) return undefined
  }
  return parameters
}

/** `a%1Fb` is two levels; each may itself hold any character, percent-encoded. */
export function namespaceOf(call: Call): Namespace {
  return levelsOf(decoded(call.parameters['namespace']!))
}

export function levelsOf(text: string): Namespace {
  const levels = namespaceLevels(text)
  if (levels.length === 0 || levels.includes(''))
    throw new RestError(400, 'BadRequestException', `The namespace ${JSON.stringify(text)} has an empty level`)
  return levels
}

export function tableOf(call: Call): string {
  return decoded(call.parameters['table']!)
}

export function viewOf(call: Call): string {
  return decoded(call.parameters['view']!)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', '%20'))
  } catch {
    throw new RestError(400, 'BadRequestException', `${part} is not percent-encoded UTF-8`)
  }
}

export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): CatalogResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: stringifyJson(body) }
}

/** For what is long: a table with thousands of snapshots. */
export function jsonOfPieces(
  pieces: readonly Uint8Array[],
  headers: Readonly<Record<string, string>>,
): CatalogResponse {
  return {
    status: 200,
    headers,
    pieces,
    get body() {
      return Buffer.concat(pieces).toString()
    },
  }
}

export const noContent: CatalogResponse = { status: 204, headers: {}, body: '' }
