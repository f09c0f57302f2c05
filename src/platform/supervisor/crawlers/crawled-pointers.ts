import type { TablePointers } from '../../../lake/catalog/pointer-store.ts'
import type { CrawlStore } from '../../../storage/metadata/crawls.ts'

/** Where the tables of a statement lie: those of the catalog first, then those that crawlers found. */
export function withCrawledPointers(
  pointers: Pick<TablePointers, 'tablePointer'>,
  crawls: Pick<CrawlStore, 'list'>,
): Pick<TablePointers, 'tablePointer'> {
  return {
    async tablePointer(table) {
      const own = await pointers.tablePointer(table)
      if (own !== undefined) return own
      const found = (await crawls.list()).find(
        (crawl) => table.namespace.length === 1 && crawl.namespace === table.namespace[0] && crawl.table === table.name,
      )
      return found?.pointer?.table
    },
  }
}
