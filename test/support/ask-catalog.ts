import assert from 'node:assert/strict'
import type { Catalog, CatalogResponse } from '../../src/lake/catalog/catalog.ts'

/** Asks the catalog as any client does; `call` is `GET /namespaces?x=y`, from behind `/v1`. A body that is text is sent as it is. */
export async function askCatalog(
  catalog: Catalog,
  call: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<CatalogResponse> {
  const [method = '', target = ''] = call.split(' ')
  const url = new URL(`http://catalog/v1${target}`)
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const query = Object.fromEntries(url.searchParams)
  return catalog.handle({ method, path: url.pathname, query, headers, body: text })
}

export const bodyOf = <T = Record<string, unknown>>({ body }: CatalogResponse): T => JSON.parse(body) as T

/** `404 NoSuchTableException: Table does not exist: a.t` */
export function errorOf(answer: CatalogResponse): string {
  const { error } = bodyOf<{ error: { type: string; message: string; code: number } }>(answer)
  assert.equal(error.code, answer.status)
  return `${answer.status} ${error.type}: ${error.message}`
}
