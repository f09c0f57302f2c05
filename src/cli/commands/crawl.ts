import type { ErrorCode } from '../../kernel/errors/catalogue.ts'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import { formatSize } from '../../kernel/units.ts'
import type { CrawlAnswer } from '../../platform/operations.ts'
import type { Command } from '../command.ts'
import { showCrawl } from '../crawl-progress.ts'
import { explainFile, leftOutText } from '../crawl-text.ts'
import { formatCount } from '../output.ts'
import { connectWeir, type WeirClient } from '../weir-client.ts'

type CrawlEvent =
  | { readonly progress: { readonly done: number; readonly total: number } }
  | { readonly done: CrawlAnswer }
  | { readonly failed: { readonly code: ErrorCode; readonly message: string } }

type Files = NonNullable<CrawlAnswer['files']>

export const crawl: Command = {
  name: 'crawl',
  summary: 'look at the files of a crawler now: what is new, changed, gone, or does not fit its table',
  arguments: [{ name: 'crawler', description: 'the name of the crawler', required: true }],
  options: [
    { flags: '--dry-run', description: 'only say what would be found; the table stays as it is' },
    { flags: '--explain', description: 'say of each file what it was taken for, and why' },
  ],
  examples: ['weir crawl raw-sales --dry-run', 'weir crawl raw-sales', 'weir crawl raw-sales --explain'],
  async run({ arguments: [crawler], options, output, directory }) {
    const weir = connectWeir(directory)
    const path = `/api/v1/crawlers/${encodeURIComponent(crawler!)}`
    const isDryRun = options['dryRun'] === true
    const progress = await showCrawl(output, crawler!)
    const answer = await follow(weir, `${path}/crawl`, isDryRun, progress.show).finally(() => progress.end())
    const wanted = options['explain'] === true ? 'all' : 'left out'
    const files = answer.files ?? (await filesOf(weir, path, wanted))
    const shown = wanted === 'all' ? files : files.filter(({ leftOut }) => leftOut !== null)
    output.answer({ ...answer, files: shown }, () =>
      [
        summaryText(answer, isDryRun),
        ...(wanted === 'all' ? shown.map(explainFile) : leftOutText(shown, crawler!)),
      ].join('\n'),
    )
  },
}

/** Ctrl-C closes the connection, which stops the crawl; what it has found is there for the next. */
async function follow(
  weir: WeirClient,
  path: string,
  dryRun: boolean,
  show: (done: number, total: number) => void,
): Promise<CrawlAnswer> {
  for await (const event of weir.stream(path, { dryRun }) as AsyncIterable<CrawlEvent>) {
    if ('progress' in event) show(event.progress.done, event.progress.total)
    else if ('done' in event) return event.done
    else throw new WeirError(event.failed.code, event.failed.message)
  }
  throw new WeirError('WEIR-2007', 'Weir ended while it crawled. The table is as it was; crawl again')
}

const pageFiles = 1000

async function filesOf(weir: WeirClient, path: string, wanted: 'all' | 'left out'): Promise<Files> {
  const found: Files[number][] = []
  for (;;) {
    const query = `limit=${pageFiles}&skip=${found.length}&leftOut=${wanted === 'left out'}`
    const { items, total } = await weir.call<{ items: Files; total: number }>('GET', `${path}/files?${query}`)
    found.push(...items)
    if (found.length >= total || items.length === 0) return found
  }
}

function summaryText({ summary, columns }: CrawlAnswer, isDryRun: boolean): string {
  const { format, files, bytes, partitions, filesAdded, filesChanged, filesRemoved, newPartitions } = summary
  const count = (number: number, what: string): string =>
    `${formatCount(String(number))} ${what}${number === 1 ? '' : 's'}`
  const changes = [
    [filesAdded, 'new'],
    [filesChanged, 'changed'],
    [filesRemoved, 'removed'],
  ] as const
  const changed = changes.flatMap(([number, what]) => (number > 0 ? [`${formatCount(String(number))} ${what}`] : []))
  const has = isDryRun ? 'would have' : 'has'
  const unseen = [
    ...(summary.hidden > 0 ? [`${count(summary.hidden, 'name')} that begin with . or _`] : []),
    ...(summary.excluded > 0 ? [`${formatCount(String(summary.excluded))} excluded`] : []),
  ]
  return [
    files === 0
      ? `The table ${has} no file.`
      : `The table ${has} ${count(files, 'file')} of ${formatSize(bytes)}${format ? ` (${format})` : ''}${partitions > 0 ? ` in ${count(partitions, 'partition')}` : ''}: ${changed.join(', ') || 'nothing has changed'}${newPartitions > 0 && partitions > 0 ? `, ${count(newPartitions, 'new partition')}` : ''}.`,
    `Columns: ${columns.map(({ name, type }) => `${name} ${type}`).join(', ') || 'none'}`,
    ...summary.columnsAdded.map((column) => `Added: ${column}`),
    ...summary.columnsWidened.map((column) => `Widened: ${column}`),
    ...(unseen.length > 0 ? [`Not seen: ${unseen.join(', ')}.`] : []),
    `Opened ${count(summary.looked, 'file')} in ${summary.seconds.toFixed(1)} s.`,
  ].join('\n')
}
