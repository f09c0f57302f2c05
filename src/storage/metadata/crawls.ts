import type { Database } from './database.ts'
import type { CrawlTable } from './tables.ts'

export interface CrawledColumnRow {
  readonly name: string
  /** An Iceberg type. */
  readonly type: string
}

/** What a crawler found last, and what became of its last run. */
export interface StoredCrawl {
  readonly crawler: string
  /** Of the table that it makes. */
  readonly namespace: string
  readonly table: string
  readonly comment: string | null
  /** The declaration that it last was made for, as text. */
  readonly declared: string
  /** Locations of its documents; null before it has found anything. */
  readonly pointer: { readonly table: string; readonly report: string } | null
  readonly columns: readonly CrawledColumnRow[]
  /** Figures of the last run that worked; JSON-safe. */
  readonly summary: Readonly<Record<string, unknown>> | null
  /** When the last run ended, whether it worked or not; ISO 8601. */
  readonly at: string | null
  /** Why the last run did not work; null when it did. */
  readonly error: string | null
}

/** Pointers of crawled tables: what SQL reads. What a method changed is durable when it resolves. */
export interface CrawlStore {
  /** By name of the crawler. */
  list(): Promise<readonly StoredCrawl[]>
  get(crawler: string): Promise<StoredCrawl | undefined>
  /** In one transaction in place of what there was. */
  save(crawl: StoredCrawl): Promise<void>
  forget(crawler: string): Promise<void>
}

export function crawlStore({ db }: Database): CrawlStore {
  return {
    async list() {
      return (await db.selectFrom('crawl').selectAll().orderBy('crawler').execute()).map(fromRow)
    },
    async get(crawler) {
      const row = await db.selectFrom('crawl').selectAll().where('crawler', '=', crawler).executeTakeFirst()
      return row && fromRow(row)
    },
    async save({ crawler, namespace, table, comment, declared, pointer, columns, summary, at, error }) {
      const row = {
        namespace,
        table_name: table,
        comment,
        declared,
        pointer: pointer && JSON.stringify(pointer),
        columns: JSON.stringify(columns),
        summary: summary && JSON.stringify(summary),
        at,
        error,
      }
      await db
        .insertInto('crawl')
        .values({ crawler, ...row })
        .onConflict((conflict) => conflict.column('crawler').doUpdateSet(row))
        .execute()
    },
    async forget(crawler) {
      await db.deleteFrom('crawl').where('crawler', '=', crawler).execute()
    },
  }
}

function fromRow({ table_name: table, pointer, columns, summary, ...row }: CrawlTable): StoredCrawl {
  return {
    ...row,
    table,
    pointer: pointer === null ? null : (JSON.parse(pointer) as StoredCrawl['pointer']),
    columns: JSON.parse(columns) as readonly CrawledColumnRow[],
    summary: summary === null ? null : (JSON.parse(summary) as Readonly<Record<string, unknown>>),
  }
}
