import type { TableRelation } from '../../sql/engine-host.ts'
import type { CrawlStore } from '../../storage/metadata/crawls.ts'
import type { CatalogRelations } from './catalog-relations.ts'

/** The catalog's tables and those that crawlers found, kept until one of them changes. A table of the catalog goes before a crawled one of its name. */
export function withCrawledTables(catalog: CatalogRelations, crawls: Pick<CrawlStore, 'list'>): CatalogRelations {
  let kept: { readonly from: readonly TableRelation[]; readonly all: readonly TableRelation[] } | undefined
  let changes = 0
  return {
    async tables() {
      const seen = changes
      const own = await catalog.tables()
      if (kept?.from === own) return kept.all
      const names = new Set(own.map(keyOf))
      const crawled = (await crawledTables(crawls)).filter((table) => !names.has(keyOf(table)))
      const all = [...own, ...crawled].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      if (seen === changes) kept = { from: own, all }
      return all
    },
    changed(schema, name) {
      changes++
      kept = undefined
      catalog.changed(schema, name)
    },
  }
}

/** Tables of crawlers that have found something. */
async function crawledTables(crawls: Pick<CrawlStore, 'list'>): Promise<readonly TableRelation[]> {
  return (await crawls.list()).flatMap(({ namespace, table, comment, pointer, columns }) =>
    pointer === null || columns.length === 0
      ? []
      : [
          {
            schema: namespace,
            name: table,
            columns: columns.map(({ name, type }) => ({ name, type, required: false })),
            isReadOnly: true,
            ...(comment === null ? {} : { comment }),
          },
        ],
  )
}

function keyOf({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}\u0000${name}`
}
