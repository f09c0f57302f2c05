import { crawlFolder } from '../../../crawler/crawled-table.ts'
import { removeOldDocuments } from '../../../crawler/crawl.ts'
import type { CrawlStore } from '../../../storage/metadata/crawls.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import { under } from '../../../storage/objects/location.ts'
import { bucketAccessOf } from '../../lake/bucket-access.ts'
import type { ProjectSettings } from '../../project/project.ts'
import type { CrawlService } from '../../kinds/reconcile-services.ts'

/** Crawled tables by their pointers. `changed` is told after each change, and before who asked for it hears. */
export function createCrawlService(
  store: CrawlStore,
  options: {
    readonly objects: ObjectStore
    readonly warehouse: string
    readonly settings: Pick<ProjectSettings, 'objects' | 'buckets'>
    readonly changed: (schema: string, name: string) => void
  },
): CrawlService {
  return {
    checkBucket: (crawler, location, isDeclared) =>
      void bucketAccessOf(crawler, location, options.settings, isDeclared),
    async prepare(crawler, { namespace, name, comment, declared }) {
      const before = await store.get(crawler)
      if (before?.declared === declared) return
      const nothing = { pointer: null, columns: [], summary: null }
      // Never crawled by this declaration: its turn has come.
      const due = { at: null, error: null }
      await store.save({ ...(before ?? nothing), ...due, crawler, namespace, table: name, comment, declared })
      if (before) options.changed(before.namespace, before.table)
      options.changed(namespace, name)
    },
    async forget(crawler) {
      const before = await store.get(crawler)
      if (!before) return
      await store.forget(crawler)
      options.changed(before.namespace, before.table)
      await removeOldDocuments({ ...options, location: documentsOf(options.warehouse, crawler) }, [])
    },
    find: (crawler) => store.get(crawler),
  }
}

export function documentsOf(warehouse: string, crawler: string): string {
  return under(warehouse, crawlFolder, crawler)
}
