import type { CatalogRequest } from './catalog.ts'
import type { TableIdent } from './pointer-store.ts'

interface Named {
  readonly name?: string
  readonly source?: TableIdent
  readonly destination?: TableIdent
  readonly identifier?: TableIdent
  readonly 'table-changes'?: readonly { readonly identifier?: TableIdent }[]
}

/**
 * Tables that a request of the REST protocol may have changed, made or dropped; those in namespaces of one level, which SQL sees. The path
 * may have a prefix that this side does not know.
 */
export function changedTables({ path, body }: Pick<CatalogRequest, 'path' | 'body'>): readonly TableIdent[] {
  const named = parsed(body)
  const [, level, what, table] = /\/namespaces\/([^/]+)\/(tables|register)(?:\/([^/]+))?$/.exec(path) ?? []
  const inPath =
    what === undefined ? [] : [{ namespace: [decoded(level!)], name: table ? decoded(table) : (named.name ?? '') }]
  const inBody = [
    named.source,
    named.destination,
    named.identifier,
    ...(named['table-changes'] ?? []).map((one) => one.identifier),
  ]
  const all = [...inPath, ...inBody.filter((ident) => ident !== undefined)]
  const seen = all.filter(({ namespace, name }) => name !== '' && namespace.length === 1)
  // A commit names its table in the path and in the body.
  return [...new Map(seen.map((ident) => [JSON.stringify([ident.namespace, ident.name]), ident])).values()]
}

function parsed(body: string): Named {
  try {
    return (JSON.parse(body) ?? {}) as Named
  } catch {
    return {}
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', '%20'))
  } catch {
    return part
  }
}
