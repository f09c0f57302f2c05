import { basename } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { readCrawledTable } from '../../crawler/crawl.ts'
import type { BucketAccess } from '../../crawler/crawl-plan.ts'
import type { CrawledFile, CrawledTable } from '../../crawler/crawled-table.ts'
import { changedFile } from '../../crawler/read/changed-file.ts'
import { deletedRows } from '../../crawler/read/deleted-rows.ts'
import { proveFiles, type ProvedFiles } from '../../crawler/read/proved-files.ts'
import { crawledTableSql } from '../../crawler/read/table-sql.ts'
import { catalogue } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { holdAll } from '../../storage/objects/hold-all.ts'
import type { HeldObject, ObjectStore } from '../../storage/objects/object-store.ts'
import type { ObjectVersion } from '../../storage/objects/s3/object-reader.ts'
import type { ScanFilter } from '../blank/scan-filter.ts'
import { quoteName } from '../gate/statement.ts'
import { sqlError } from '../sql-error.ts'
import { boundsMatcher } from './bounds-matcher.ts'
import { partitionMatcher } from './partition-matcher.ts'
import { rememberLatest } from './remember-latest.ts'
import type { TablePlan, TablePlanner } from './table-plan.ts'

/** Copies of objects of the buckets that crawled tables lie in. */
export interface CrawledBuckets {
  /** Bytes that the copies may take together. */
  readonly copyBytesMax: number
  /** WEIR-8011 when another object lies there by now, WEIR-8002 when none does. */
  hold(access: BucketAccess, version: ObjectVersion): Promise<HeldObject>
}

const tablesRemembered = 20
/** For errors of statements, which come after their copies were let go. */
const copiesRemembered = 100_000

/**
 * Plans tables that crawlers found: the files of the last crawl, without those of partitions that nobody asks for. Files are others': of a
 * folder each is looked at before it is read, of a bucket the version is read that was crawled. What is another one fails the statement.
 */
export function crawledPlanner({
  objects,
  buckets,
  now = Date.now,
}: {
  readonly objects: ObjectStore
  readonly buckets?: CrawledBuckets
  readonly now?: () => number
}): TablePlanner {
  const tableAt = rememberLatest(tablesRemembered, (location) => readCrawledTable(objects, location))
  const prove = proveFiles({ now, pause: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined) })
  const names = new Map<string, string>()
  const remember = (path: string, location: string): void => {
    names.delete(basename(path))
    names.set(basename(path), location)
    if (names.size > copiesRemembered) names.delete(names.keys().next().value!)
  }
  return {
    pin({ name }) {
      const message = `${name} is read from files as they are now: it has no snapshots`
      return Promise.reject(sqlError('WEIR-4010', message, { sqlstate: '42704' }))
    },
    async plan({ columns }, { metadataLocation }, asked, _pending, readsAll) {
      const table = await tableAt(metadataLocation)
      const files = await askedFiles(table, asked)
      const proveIn = (pathOf: (file: CrawledFile) => string) =>
        prove(table, files, { pathOf, readsAll, areOthers: table.bucket === undefined })
      const plan = await (table.bucket
        ? planCopies(table, table.bucket, { files, proveIn }, buckets, remember)
        : planFolder(table, { files, proveIn }))
      return { ...plan, sql: `SELECT ${columns.map(({ name }) => quoteName(name)).join(', ')} FROM (${plan.sql})` }
    },
    shown: (text) =>
      text.replace(/[^\s"']*?([0-9a-f]{64}-\d+-[0-9a-f]{8})/g, (all, copy: string) => names.get(copy) ?? all),
  }
}

interface AskedFiles {
  readonly files: readonly CrawledFile[]
  readonly proveIn: (pathOf: (file: CrawledFile) => string) => Promise<ProvedFiles>
}

async function planFolder(table: CrawledTable, { files, proveIn }: AskedFiles): Promise<TablePlan> {
  const changed = await changedFile(table.root, files)
  if (changed) throw changedError(table, changed.path, changed.how)
  const deleted = await deletedRows(table.root, files)
  const proved = await proveIn(({ path }) => `${table.root}${path}`)
  return {
    sql: crawledTableSql(table, files, { deleted, longestLine: proved.longestLine }),
    async mustBeSame() {
      const path = await proved.changed()
      if (path !== undefined) throw changedError(table, path, 'changed')
    },
    release: async () => {},
  }
}

async function planCopies(
  table: CrawledTable,
  access: BucketAccess,
  { files, proveIn }: AskedFiles,
  buckets: CrawledBuckets | undefined,
  remember: (path: string, location: string) => void,
): Promise<TablePlan> {
  if (!buckets) throw new WeirError('WEIR-8005', `${table.root}: no bucket is read here`)
  const versions = new Map(
    files.map(({ path, etag = '', sizeBytes }) => {
      const location = `${table.root}${path}`
      return [location, { location, etag, sizeBytes }]
    }),
  )
  const store = {
    copyBytesMax: buckets.copyBytesMax,
    async hold(location: string) {
      try {
        const held = await buckets.hold(access, versions.get(location)!)
        remember(held.path, location)
        return held
      } catch (error) {
        if (!(error instanceof WeirError) || !['WEIR-8011', 'WEIR-8002'].includes(error.code)) throw error
        throw changedError(table, location, error.code === 'WEIR-8011' ? 'changed' : 'removed')
      }
    },
  }
  const deleted = await deletedRows(table.root, files)
  try {
    const { pathOf, release } = await holdAll(store, [...versions.values()])
    const copyOf = ({ path }: CrawledFile): string => pathOf(`${table.root}${path}`)
    const proved = await proveIn(copyOf).catch((error: unknown) => {
      release()
      throw error
    })
    const sql = crawledTableSql(table, files, { pathOf: copyOf, deleted, longestLine: proved.longestLine })
    return { sql, release: async () => release() }
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'WEIR-8009') throw error
    const fields = { sqlstate: '53400', hint: catalogue[error.code].remedy }
    throw sqlError('WEIR-8009', `the files of ${table.root} cannot be read: ${error.message}`, fields, error)
  }
}

async function askedFiles(
  { columns, files, deltaVersion }: CrawledTable,
  asked: () => Promise<ScanFilter | undefined>,
): Promise<readonly CrawledFile[]> {
  const partitions = columns.filter(({ isPartition }) => isPartition)
  const isTold = partitions.length > 0 || deltaVersion !== undefined
  const filter = isTold && files.length > 1 ? await asked() : undefined
  if (!filter) return files
  const inPartition = partitionMatcher(filter, partitions)
  const within = deltaVersion === undefined ? () => true : boundsMatcher(filter, columns)
  return files.filter((file) => inPartition(file) && within(file))
}

function changedError({ crawler }: CrawledTable, path: string, how: 'changed' | 'removed'): Error {
  return sqlError('WEIR-4021', `${path} was ${how} after crawler ${crawler} found it`, {
    sqlstate: '55000',
    hint: `weir crawl ${crawler} looks again, and so does its schedule.`,
  })
}
