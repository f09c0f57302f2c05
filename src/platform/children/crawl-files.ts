import type { DuckDBConnection } from '@duckdb/node-api'
import { crawl, removeOldDocuments, type CrawlPointer, type CrawlResult } from '../../crawler/crawl.ts'
import type { CrawlPlan } from '../../crawler/crawl-plan.ts'
import { bucketPrefix } from '../../crawler/source/bucket-prefix.ts'
import type { FileSource } from '../../crawler/source/file-source.ts'
import { localFolder } from '../../crawler/source/local-folder.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { whenNeeded } from '../../kernel/when-needed.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import type { Buckets } from '../lake/open-buckets.ts'

export interface CrawlRequest {
  /** By which progress is told, and the crawl stopped. */
  readonly job: number
  readonly plan: CrawlPlan
  readonly before: CrawlPointer | null
  readonly isDryRun: boolean
  readonly lake: LakePlace
  /** Of the crawler's documents. */
  readonly location: string
  readonly journal: string
}

const progressEveryMs = 200

/** Crawls in this process, and ends when it is told to. */
export function crawlFiles(
  {
    duckdb,
    buckets,
    scratch,
  }: { readonly duckdb: () => Promise<Duckdb>; readonly buckets: Buckets; readonly scratch: string },
  tell: (job: number, done: number, total: number) => void,
) {
  const sourceOf = async ({ folder, bucket }: CrawlPlan): Promise<FileSource> =>
    bucket === undefined ? localFolder(folder) : bucketPrefix(folder, await buckets.reader(bucket), scratch)
  const running = new Map<number, AbortController>()
  return {
    async crawl(request: CrawlRequest, objects: ObjectStore): Promise<CrawlResult> {
      const { job, plan, before, isDryRun, location, journal } = request
      const stop = new AbortController()
      running.set(job, stop)
      // Text files need none.
      const connection = whenNeeded(async (): Promise<DuckDBConnection> => {
        const made = await (await duckdb()).connect()
        await made.run(`SET TimeZone = 'UTC'`)
        return made
      })
      let toldAt = 0
      try {
        if (!isDryRun) await removeOldDocuments({ objects, location }, before ? [before] : [])
        const progress = (done: number, total: number): void => {
          if (performance.now() - toldAt < progressEveryMs) return
          toldAt = performance.now()
          tell(job, done, total)
        }
        const query = oneAtATime(async (sql) => (await (await connection()).runAndReadAll(sql)).getRowObjectsJson())
        const source = await sourceOf(plan)
        const ports = {
          source,
          objects,
          location,
          journal,
          query,
          now: () => Date.now(),
          signal: stop.signal,
          progress,
        }
        return await crawl(plan, before, ports, isDryRun)
      } finally {
        running.delete(job)
        await connection.made?.then((made) => made.closeSync()).catch(() => undefined)
      }
    },
    stopCrawl({ job }: { readonly job: number }): null {
      running.get(job)?.abort(new WeirError('WEIR-4024', 'the crawl was stopped before it was done'))
      return null
    },
  }
}

type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>

/** A connection runs one statement at a time. */
function oneAtATime(query: Query): Query {
  let last: Promise<unknown> = Promise.resolve()
  return (sql) => {
    const turn = last.then(() => query(sql))
    last = turn.catch(() => undefined)
    return turn
  }
}
