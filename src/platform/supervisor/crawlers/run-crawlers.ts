import { join } from 'node:path'
import type { Clock } from '../../../kernel/clock.ts'
import { asWeirError, WeirError } from '../../../kernel/errors/weir-error.ts'
import type { Logger } from '../../../kernel/logger.ts'
import type { CrawlResult } from '../../../crawler/crawl.ts'
import type { CrawlStore, StoredCrawl } from '../../../storage/metadata/crawls.ts'
import type { ControlPlane } from '../../control/control-plane.ts'
import type { LakePlace } from '../../lake/lake-place.ts'
import { crawlPlanOf } from '../../kinds/crawler/crawl-plan-of.ts'
import type { CrawlerSpec } from '../../kinds/crawler/schema.ts'
import type { ProjectSettings } from '../../project/project.ts'
import type { OperatorProcess } from '../operator-process.ts'
import { isDue } from './due-crawl.ts'
import { documentsOf } from './crawl-service.ts'

export interface RunCrawlersOptions {
  readonly control: ControlPlane
  readonly operator: OperatorProcess
  readonly crawls: CrawlStore
  readonly lake: LakePlace
  readonly projectDirectory: string
  /** How buckets are reached. */
  readonly settings: Pick<ProjectSettings, 'objects' | 'buckets'>
  /** What unfinished crawls have found, one file each. */
  readonly journals: string
  readonly clock: Clock
  readonly logger: Logger
  /** How often what is due is looked for. */
  readonly lookMs?: number
}

export interface CrawlCall {
  readonly isDryRun: boolean
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number) => void
}

export interface RunningCrawlers {
  /** Crawls now, after the crawl of it that is at work. */
  run(crawler: string, call: CrawlCall): Promise<CrawlResult>
  /** Begins no other. */
  stop(): void
}

/** It ends with its answer or with its process: given up, it would go on beside the next. */
const untilItEndsMs = 2_000_000_000

/** Crawls what is declared: once when it is new, then as its schedule says. One at a time; the operator does the work. */
export function runCrawlers(options: RunCrawlersOptions): RunningCrawlers {
  const { control, crawls, clock, logger, lookMs = 1000 } = options
  const stopping = new AbortController()
  let last: Promise<unknown> = Promise.resolve()
  let isLooking = false

  function run(crawler: string, call: CrawlCall): Promise<CrawlResult> {
    const signal = AbortSignal.any([call.signal, stopping.signal])
    const turn = last.then(() => crawlNow(options, crawler, { ...call, signal }))
    last = turn.catch(() => undefined)
    return turn
  }

  async function look(): Promise<void> {
    for (const { name, spec } of await activeCrawlers(control)) {
      const found = await crawls.get(name)
      if (stopping.signal.aborted || !found || !isDue(found, spec, clock.now())) continue
      const call = { isDryRun: false, signal: stopping.signal, progress: () => undefined }
      // What did not work is kept with the crawler and shown there.
      const done = await run(name, call).catch(asWeirError)
      if (!stopping.signal.aborted) await recordRun(control, name, found.error, done)
    }
  }

  const timer = setInterval(() => {
    if (isLooking || stopping.signal.aborted) return
    isLooking = true
    look()
      .catch(
        (error: unknown) =>
          void (stopping.signal.aborted || logger.warn({ err: error }, 'crawlers were not looked at')),
      )
      .finally(() => (isLooking = false))
  }, lookMs)
  timer.unref()
  return {
    run,
    stop() {
      clearInterval(timer)
      stopping.abort(new WeirError('WEIR-4024', 'Weir ends'))
    },
  }
}

/** What a schedule finds stands in the history of the crawler, unless it is nothing new. */
async function recordRun(
  control: ControlPlane,
  name: string,
  lastError: string | null,
  done: CrawlResult | WeirError,
): Promise<void> {
  const isError = done instanceof WeirError
  if (isError ? done.message === lastError : !done.summary.hasChanged && lastError === null) return
  const detail = isError ? { error: done.message } : { ...done.summary }
  await control.record({ actor: 'schedule', action: 'crawl', kind: 'crawler', name, detail })
}

async function crawlNow(options: RunCrawlersOptions, crawler: string, call: CrawlCall): Promise<CrawlResult> {
  const { control, crawls, clock, logger } = options
  const { spec, name } = await control.get({ kind: 'crawler', name: crawler })
  const before = await crawls.get(name)
  if (!before) throw new WeirError('WEIR-7012', `crawler "${name}" is not ready yet: weir status says why`)
  const at = (): string => new Date(clock.now()).toISOString()
  try {
    const result = await askOperator(options, name, spec as CrawlerSpec, before, call)
    if (call.isDryRun) return result
    const { pointer, columns, summary } = result
    const stored = { pointer, columns: columns.map(({ name: column, type }) => ({ name: column, type })) }
    // Read again: another declaration may have named another table meanwhile.
    const now = (await crawls.get(name)) ?? before
    await crawls.save({ ...now, ...stored, summary: { ...summary }, at: at(), error: null })
    control.tableChanged(now.namespace, now.table)
    logger.info({ crawler: name, ...summary }, 'crawled')
    return result
  } catch (thrown) {
    if (!call.isDryRun && !call.signal.aborted) {
      const { message } = asWeirError(thrown)
      logger.warn({ crawler: name, err: thrown }, 'a crawl did not work; the table is as it was')
      await crawls.save({ ...((await crawls.get(name)) ?? before), at: at(), error: message })
    }
    throw thrown
  }
}

async function askOperator(
  { operator, lake, journals, projectDirectory, settings }: RunCrawlersOptions,
  name: string,
  spec: CrawlerSpec,
  before: StoredCrawl,
  { isDryRun, signal, progress }: CrawlCall,
): Promise<CrawlResult> {
  signal.throwIfAborted()
  const plan = crawlPlanOf(name, spec, projectDirectory, settings)
  return operator.use(
    async (channel, job) => {
      const stop = (): void => void channel.call('stopCrawl', { job }).catch(() => undefined)
      signal.addEventListener('abort', stop, { once: true })
      try {
        const request = {
          job,
          plan,
          before: before.pointer,
          isDryRun,
          lake,
          location: documentsOf(lake.warehouse, name),
          journal: join(journals, `${name}.jsonl`),
        }
        return await channel.call('crawl', request, { timeoutMs: untilItEndsMs })
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    { progress },
  )
}

async function activeCrawlers(
  control: ControlPlane,
): Promise<readonly { readonly name: string; readonly spec: CrawlerSpec }[]> {
  const found: { name: string; spec: CrawlerSpec }[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<ControlPlane['list']>> = await control.list({
      kind: 'crawler',
      ...(cursor === null ? {} : { cursor }),
    })
    for (const { name, state, spec } of page.items)
      if (state !== 'Deleting') found.push({ name, spec: spec as CrawlerSpec })
    cursor = page.next
  } while (cursor !== null)
  return found
}
