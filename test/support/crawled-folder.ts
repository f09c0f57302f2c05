import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { crawl, readCrawledTable, type CrawlPointer, type CrawlResult } from '../../src/crawler/crawl.ts'
import type { CrawlPlan } from '../../src/crawler/crawl-plan.ts'
import type { CrawledTable } from '../../src/crawler/crawled-table.ts'
import { deletedRows } from '../../src/crawler/read/deleted-rows.ts'
import { crawledTableSql } from '../../src/crawler/read/table-sql.ts'
import { localFolder } from '../../src/crawler/source/local-folder.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'

export interface CrawledFolder extends AsyncDisposable {
  /** The folder that is crawled. */
  readonly folder: string
  write(files: Readonly<Record<string, string | Buffer>>): void
  /** Runs a statement in DuckDB, for files that it writes. */
  run(sql: string): Promise<void>
  /** Goes on from the run before. */
  crawl(
    plan?: Partial<CrawlPlan>,
    options?: { readonly dry?: boolean; readonly signal?: AbortSignal },
  ): Promise<CrawlResult>
  table(): Promise<CrawledTable>
  /** Of the table's document. */
  location(): string
  readonly objects: ObjectStore
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Rows of `select items from` the table as JSON has them; `tail` is what follows. */
  rows(tail?: string, items?: string): Promise<readonly Readonly<Record<string, unknown>>[]>
}

/** A folder of files and a crawler over it, without processes. */
export async function crawledFolder(): Promise<CrawledFolder> {
  const home = mkdtempSync(join(tmpdir(), 'weir-crawl-'))
  const folder = join(home, 'data')
  const objects = openObjectStore({ roots: [`file://${home}`], files: nodeFiles })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(`SET TimeZone = 'UTC'`)
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson()
  let pointer: CrawlPointer | null = null
  const table = () => readCrawledTable(objects, pointer!.table)
  mkdirSync(folder)
  return {
    folder,
    write(files) {
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true })
        writeFileSync(join(folder, path), content)
      }
    },
    run: async (sql) => void (await connection.run(sql)),
    async crawl(plan = {}, { dry = false, signal = new AbortController().signal } = {}) {
      const ports = {
        objects,
        source: localFolder(plan.folder ?? folder),
        query,
        signal,
        location: `file://${home}/lake/_crawlers/test`,
        journal: join(home, 'journal.jsonl'),
        now: () => Date.now(),
        progress: () => undefined,
      }
      const result = await crawl({ ...usualPlan, folder, ...plan }, pointer, ports, dry)
      if (!dry) pointer = result.pointer
      return result
    },
    table,
    location: () => pointer!.table,
    objects,
    query,
    async rows(tail = '', items = '*') {
      const found = await table()
      return query(
        `SELECT ${items} FROM (${crawledTableSql(found, found.files, { deleted: await deletedRows(found.root, found.files) })}) AS t ${tail}`,
      )
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Of a crawler without settings of its own. */
export const usualPlan: Omit<CrawlPlan, 'folder'> = {
  crawler: 'test',
  format: null,
  csv: { delimiter: null, header: null, quote: '"', nullValues: [''] },
  partitions: 'hive',
  columns: {},
  onDrift: 'widen',
  exclude: [],
  sampleRows: 1000,
}
