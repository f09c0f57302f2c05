import type { CatalogTables } from '../lake/catalog-tables.ts'

const pageSize = 1000

/** Every table of the catalog in a namespace of one level, whoever made it. */
export async function catalogTables(pointers: CatalogTables): Promise<readonly { schema: string; name: string }[]> {
  const found: { schema: string; name: string }[] = []
  for await (const schema of pages((page) => pointers.listNamespaces([], page)))
    for await (const name of pages((page) => pointers.listTables([schema], page))) found.push({ schema, name })
  return found
}

async function* pages(
  list: (page: { limit: number; after?: string }) => Promise<readonly string[]>,
): AsyncIterable<string> {
  let after: string | undefined
  for (;;) {
    const names = await list({ limit: pageSize, ...(after === undefined ? {} : { after }) })
    yield* names
    if (names.length < pageSize) return
    after = names.at(-1)!
  }
}
