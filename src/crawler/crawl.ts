import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { inParallel } from '../kernel/in-parallel.ts'
import { under } from '../storage/objects/location.ts'
import type { ObjectStore } from '../storage/objects/object-store.ts'
import { endJournal, openJournal } from './crawl-journal.ts'
import type { CrawlPlan } from './crawl-plan.ts'
import { parseReport, reportBytes, type KnownFindings } from './crawl-report.ts'
import { summaryOf, type CrawlSummary } from './crawl-summary.ts'
import { crawledTable, type CrawledColumn, type CrawledTable } from './crawled-table.ts'
import { fileReports, type FileReport } from './file-report.ts'
import { findDelta, isDelta } from './find-delta.ts'
import type { FoundTable, LookAtAll } from './found-table.ts'
import { isSameFile, type ListedFile, type LookedFile } from './finding.ts'
import { shareFindings } from './share-findings.ts'
import { lookAtFile } from './look/look-at-file.ts'
import type { QueryRows } from './look/look-parquet.ts'
import { mergeFiles, type MergedFiles } from './merge/merge-files.ts'
import type { FileSource } from './source/file-source.ts'

/** What a crawl needs. */
export interface CrawlPorts {
  readonly objects: Pick<ObjectStore, 'put' | 'get' | 'list' | 'remove'>
  readonly source: FileSource
  /** Where the crawler's documents lie: `file:///…/lake/_crawlers/NAME`. */
  readonly location: string
  /** A local path for what an unfinished crawl has found. */
  readonly journal: string
  readonly query: QueryRows
  readonly now: () => number
  readonly signal: AbortSignal
  /** Files looked at, of all that have to be; 0 of those listed while it lists. */
  readonly progress: (done: number, total: number) => void
}

/** Locations of the documents of a crawl. */
export interface CrawlPointer {
  readonly table: string
  readonly report: string
}

export interface CrawlResult {
  /** What SQL reads from now on; the one of before when nothing has changed, null when there is no file to read and never was. */
  readonly pointer: CrawlPointer | null
  readonly columns: readonly CrawledColumn[]
  readonly summary: CrawlSummary
  /** Of a dry run: what would become of each file. */
  readonly files: readonly FileReport[] | null
}

/**
 * One run: lists the folder, looks at files that are new or changed, and writes the table of all of them. `before` is read only; what
 * is written has new names, so a run that is killed leaves the table as it was (docs/spec/crawler.md, INV-C1).
 */
export async function crawl(
  plan: CrawlPlan,
  before: CrawlPointer | null,
  ports: CrawlPorts,
  isDryRun: boolean,
): Promise<CrawlResult> {
  const startedMs = ports.now()
  const { objects } = ports
  // A table that was found by another declaration binds nobody: it is made anew.
  const known = before ? parseReport(await objects.get(before.report), plan) : undefined
  const previous = before && known ? await readCrawledTable(objects, before.table) : null
  const look = (files: readonly ListedFile[]) => lookAtAll(plan, files, known ?? new Map(), ports)
  const found = (await isDelta(plan, ports.source))
    ? await findDelta(plan, ports, look)
    : await findFiles(plan, previous, ports, look)
  const { merged, looked, fresh } = found
  const summary = summaryOf(merged, previous, {
    ...found,
    looked: fresh,
    seconds: (ports.now() - startedMs) / 1000,
  })
  const { columns } = merged
  if (isDryRun) return { pointer: before, columns, summary, files: fileReports(looked, merged.leftOut) }
  const isNothing = previous === null && merged.files.length === 0 && merged.leftOut.length === 0
  const isSame = previous !== null && fresh === 0 && isSameContent({ ...merged, ...placeOf(plan) }, previous)
  const pointer = isNothing ? null : isSame ? before : await write(plan, merged, looked, ports)
  return { pointer, columns, summary, files: null }
}

async function findFiles(
  plan: CrawlPlan,
  previous: CrawledTable | null,
  { source, signal, progress }: CrawlPorts,
  look: LookAtAll,
): Promise<FoundTable> {
  const options = { signal, onCount: (count: number) => progress(0, count) }
  const { files, hidden, excluded } = await source.list(plan.exclude, options)
  const { looked, fresh } = await look(files)
  return { merged: mergeFiles(looked, plan, previous ?? undefined), looked, fresh, hidden, excluded }
}

type Content = MergedFiles & Pick<CrawledTable, 'root' | 'bucket'>

/** File by file: what compares all at once remembers all that it has seen. */
function isSameContent(a: Content, b: Content): boolean {
  const isSameList = (some: readonly unknown[], others: readonly unknown[]): boolean =>
    some.length === others.length && some.every((one, at) => isDeepStrictEqual(one, others[at]))
  return isDeepStrictEqual(aboutAll(a), aboutAll(b)) && isSameList(a.files, b.files) && isSameList(a.leftOut, b.leftOut)
}

function aboutAll({ columns, shapes, deltaVersion, root, bucket }: Content) {
  return { columns, shapes, deltaVersion, root, bucket }
}

function placeOf({ folder, bucket }: CrawlPlan): Pick<CrawledTable, 'root' | 'bucket'> {
  return { root: folder.endsWith('/') ? folder : `${folder}/`, ...(bucket === undefined ? {} : { bucket }) }
}

/** The documents of a pointer that was replaced may still be read by a statement that has begun; all others go. */
export async function removeOldDocuments(
  { objects, location }: Pick<CrawlPorts, 'objects' | 'location'>,
  kept: readonly CrawlPointer[],
): Promise<void> {
  const names = new Set(kept.flatMap(({ table, report }) => [table, report]))
  for await (const { location: found } of objects.list(`${location}/`))
    if (!names.has(found)) await objects.remove(found)
}

export async function readCrawledTable(objects: Pick<ObjectStore, 'get'>, location: string): Promise<CrawledTable> {
  return crawledTable.parse(JSON.parse((await objects.get(location)).toString('utf8')))
}

/** What is known of a file that is the same still holds; all others are looked at. */
async function lookAtAll(
  plan: CrawlPlan,
  files: readonly ListedFile[],
  known: KnownFindings,
  ports: CrawlPorts,
): Promise<{ readonly looked: readonly LookedFile[]; readonly fresh: number }> {
  const journal = await openJournal(ports.journal, plan)
  const knownOf = (file: ListedFile): LookedFile | undefined =>
    [known.get(file.path), journal.known.get(file.path)].find(
      (found) => found && isSameFile(found, file) && !isToBeSeenAgain(found),
    )
  const share = shareFindings()
  const looked = files.map(knownOf)
  const missing = files.map((_, at) => at).filter((at) => looked[at] === undefined)
  let done = 0
  try {
    await inParallel(missing, ports.source.filesAtOnce, async (at) => {
      ports.signal.throwIfAborted()
      const file = files[at]!
      const found = share({ ...file, finding: await lookAtFile(ports.source, file, plan, ports.query) })
      looked[at] = found
      await journal.add(found)
      ports.progress(++done, missing.length)
    })
  } finally {
    await journal.flush()
  }
  return { looked: looked.filter((file) => file !== undefined), fresh: missing.length }
}

function isToBeSeenAgain({ finding }: LookedFile): boolean {
  return finding.kind === 'left out' && finding.again === true
}

async function write(
  plan: CrawlPlan,
  merged: MergedFiles,
  looked: readonly LookedFile[],
  { objects, location, journal, now }: CrawlPorts,
): Promise<CrawlPointer> {
  const id = randomUUID()
  const pointer = { table: under(location, `${id}.table.json`), report: under(location, `${id}.report.jsonl`) }
  const table: CrawledTable = {
    formatVersion: 1,
    crawler: plan.crawler,
    ...placeOf(plan),
    crawledAt: new Date(now()).toISOString(),
    ...merged,
  }
  await objects.put(pointer.report, reportBytes(plan, looked))
  await objects.put(pointer.table, Buffer.from(JSON.stringify(table)))
  await endJournal(journal)
  return pointer
}
