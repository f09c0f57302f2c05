import { execFile } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { startWeir, type RunningWeir } from '../test/support/running-weir.ts'
import type { Benchmark, Figure } from './benchmark.ts'
import { columns, writeLines } from './lines.ts'
import { cpuSeconds, processTree } from './process-usage.ts'

const run = promisify(execFile)
const cli = new URL('../src/cli/main.ts', import.meta.url).pathname
const copyScript = new URL('raw-copy.ts', import.meta.url).pathname
/** What is the same for every size, `weir apply`, the crawl and the start of two processes, is 0.7 to 1.1 CPU seconds: then a small part. */
const megabytes = 1000

const cases = [
  { label: '1 KB', size: 1000, present: Object.keys(columns) },
  { label: '100 B', size: 100, present: ['id', 'at', 'user', 'amount', 'ok'] },
] as const

type Case = (typeof cases)[number]

/**
 * As a user does it: a crawler over the folder, and INSERT … SELECT into a table. Ours counts every process of Weir from the moment
 * the crawler is declared until the commit is answered.
 */
export const filesToTable: Benchmark = {
  name: 'files-to-table',
  question: 'NDJSON files to a committed table against a raw DuckDB COPY of the same lines, by CPU seconds',
  async run({ pairs, say }) {
    const figures: Figure[] = []
    for (const each of cases) figures.push(await measure(each, pairs, say))
    return figures
  },
}

async function measure(each: Case, pairs: number, say: (text: string) => void): Promise<Figure> {
  const { label, size } = each
  // On the disk of the projects, so that a file is a name and no copy.
  const folder = mkdtempSync(join(tmpdir(), 'weir-lines-'))
  const file = join(folder, 'lines.ndjson')
  writeLines(file, { megabytes, size, bad: 0 })
  const bytes = statSync(file).size
  const [ours, reference]: [number[], number[]] = [[], []]
  try {
    // The first run of either writes into memory that the machine has to be given: neither counts. Then each is first in turn.
    await load(file, each)
    await copyRaw(file, folder)
    for (let pair = 0; pair < pairs; pair++) {
      const before = pair % 2 === 0 ? undefined : await copyRaw(file, folder)
      const seconds = await load(file, each)
      ours.push(bytes / 1e6 / seconds.whole)
      reference.push(bytes / 1e6 / (before ?? (await copyRaw(file, folder))))
      say(
        `${label}: ours ${ours.at(-1)!.toFixed(0)} MB per CPU second (crawl ${seconds.crawl.toFixed(2)} of ${seconds.whole.toFixed(2)} s), raw COPY ${reference.at(-1)!.toFixed(0)}`,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return {
    name: `NDJSON files to table, ${label}`,
    unit: 'MB/CPU s',
    ours,
    reference,
    referenceName: 'raw DuckDB COPY',
    bar: { kind: 'ratio', at: 'least', value: 0.7, text: 'at least 0.7x' },
  }
}

/** The CPU seconds of a process that does nothing else. */
async function copyRaw(file: string, folder: string): Promise<number> {
  const { stdout } = await run(process.execPath, [copyScript, file, join(folder, 'raw.parquet')])
  return Number(stdout)
}

const project = (resources: string): string => `import { crawler, defineProject, table } from 'weir-data'
const columns = ${JSON.stringify(columns)}
export default defineProject({ name: 'bench', resources: [${resources}] })
`
const table = `table('rows', { columns })`

async function load(file: string, { present }: Case): Promise<{ readonly crawl: number; readonly whole: number }> {
  await using weir = await startWeir('files-to-table', project(table))
  const sql = new pg.Client({ connectionString: weir.endpoints.postgres })
  sql.on('error', () => undefined)
  await sql.connect()
  await sql.query('select 1')
  mkdirSync(join(weir.folder, 'incoming'))
  linkSync(file, join(weir.folder, 'incoming/lines.ndjson'))
  const declared = Object.fromEntries(present.map((name) => [name, columns[name as keyof typeof columns]]))
  const crawler = `crawler('lines', { path: './incoming', table: 'lines', format: 'json', columns: ${JSON.stringify(declared)} })`
  writeFileSync(join(weir.folder, 'weir.config.ts'), project(`${table}, ${crawler}`))
  const before = cpuOf(weir)
  await run(process.execPath, [cli, 'apply', '--dir', weir.folder])
  await crawled(weir)
  const crawl = cpuOf(weir) - before
  const names = present.map((name) => `"${name}"`).join(', ')
  const { rowCount } = await sql.query(`insert into rows (${names}) select ${names} from lines`)
  const whole = cpuOf(weir) - before
  await sql.end()
  if (!rowCount) throw new Error('no row was inserted')
  return { crawl, whole }
}

const cpuOf = ({ endpoints }: RunningWeir): number =>
  processTree(endpoints.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0)

/** The stream ends when the crawl does. */
async function crawled({ endpoints }: RunningWeir): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
  const answer = await fetch(`${endpoints.http}/api/v1/crawlers/lines/crawl`, init)
  const events = await answer.text()
  if (!events.includes('event: done')) throw new Error(`the files were not crawled: ${events}`)
}
