import { readCrawledTable } from '../../crawler/crawl.ts'
import type { CrawledFile, CrawledTable } from '../../crawler/crawled-table.ts'
import { changedFile } from '../../crawler/read/changed-file.ts'
import { deletedRows } from '../../crawler/read/deleted-rows.ts'
import { crawledTableSql } from '../../crawler/read/table-sql.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import { quoteName } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { partitionMatcher } from './partition-matcher.ts'
import { rememberLatest } from './remember-latest.ts'
import type { TablePlanner } from './table-plan.ts'

const tablesRemembered = 20

/**
 * Plans tables that crawlers found: the files of the last crawl, without those of partitions that nobody asks for. Files are others', so
 * each is looked at before it is read: one that is not what was crawled fails the statement.
 */
export function crawledPlanner({ objects }: { readonly objects: ObjectStore }): TablePlanner {
  const tableAt = rememberLatest(tablesRemembered, (location) => readCrawledTable(objects, location))
  return {
    pin({ name }) {
      const message = `${name} is read from files as they are now: it has no snapshots`
      return Promise.reject(sqlError('WEIR-4010', message, { sqlstate: '42704' }))
    },
    async plan({ columns }, { metadataLocation }, asked) {
      const table = await tableAt(metadataLocation)
      const files = await askedFiles(table, asked)
      const changed = await changedFile(table.root, files)
      if (changed) throw changedError(table, changed)
      const names = columns.map(({ name }) => quoteName(name)).join(', ')
      const sql = crawledTableSql(table, files, await deletedRows(table.root, files))
      return { sql: `SELECT ${names} FROM (${sql})`, release: async () => {} }
    },
  }
}

async function askedFiles(
  { columns, files }: CrawledTable,
  asked: () => Promise<ScanFilter | undefined>,
): Promise<readonly CrawledFile[]> {
  const partitions = columns.filter(({ isPartition }) => isPartition)
  const filter = partitions.length > 0 && files.length > 1 ? await asked() : undefined
  return filter ? files.filter(partitionMatcher(filter, partitions)) : files
}

function changedError(
  { crawler }: CrawledTable,
  { path, how }: { readonly path: string; readonly how: 'changed' | 'removed' },
): Error {
  return sqlError('WEIR-4021', `${path} was ${how} after crawler ${crawler} found it`, {
    sqlstate: '55000',
    hint: `weir crawl ${crawler} looks again, and so does its schedule.`,
  })
}
