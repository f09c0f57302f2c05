import { readCrawledTable } from '../../../crawler/crawl.ts'
import { reportedFiles } from '../../../crawler/crawl-report.ts'
import { fileReports } from '../../../crawler/file-report.ts'
import type { CrawlStore } from '../../../storage/metadata/crawls.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { ControlPlane } from '../../control/control-plane.ts'
import type { CrawlerOperations } from '../../operations.ts'
import type { RunningCrawlers } from '../crawlers/run-crawlers.ts'

export function createCrawlerOperations({
  control,
  crawlers,
  crawls,
  objects,
}: {
  readonly control: ControlPlane
  readonly crawlers: RunningCrawlers
  readonly crawls: CrawlStore
  readonly objects: ObjectStore
}): CrawlerOperations {
  return {
    async crawl(crawler, call) {
      const { columns, summary, files } = await crawlers.run(crawler, call)
      return { columns: columns.map(({ name, type }) => ({ name, type })), summary, files }
    },
    async files(crawler, { limit, skip, leftOut }) {
      const { name } = await control.get({ kind: 'crawler', name: crawler })
      const pointer = (await crawls.get(name))?.pointer
      if (!pointer) return { items: [], total: 0 }
      const table = await readCrawledTable(objects, pointer.table)
      const all = fileReports(reportedFiles(await objects.get(pointer.report)), table.leftOut)
      const found = leftOut ? all.filter((file) => file.leftOut !== null) : all
      return { items: found.slice(skip, skip + limit), total: found.length }
    },
  }
}
