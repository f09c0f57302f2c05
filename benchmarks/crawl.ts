import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inParallel } from '../src/kernel/in-parallel.ts'
import { startWeirIn, writeProject } from '../test/support/running-weir.ts'
import { openS3Store, s3Server } from '../test/support/s3-store.ts'
import type { Bar, Benchmark, Figure } from './benchmark.ts'
import { cpuSeconds, findProcess, peakResidentBytes, processTree } from './process-usage.ts'

const folders = 300

interface Place {
  readonly label: string
  /** Of the project, so that a crawler of `path` is allowed. */
  readonly buckets: string
  readonly path: string
  readonly bars: { readonly first: number; readonly unchanged: number }
}

interface Run {
  readonly seconds: number
  readonly cpu: number
  readonly megabytes: number
}

/** Bars of our own: what a process takes that looks at one file, and 3 KB for each. */
const megabytesMost = (files: number): number => 160 + (files * 3) / 1000

/**
 * Small CSV files in 300 partitions, in a folder and, where `S3_ENDPOINT` names a server, in a bucket: the first crawl, and one with nothing changed
 * after another start. Seconds are those of the crawl, memory the most that its process ever had.
 */
export const crawl: Benchmark = {
  name: 'crawl',
  question:
    'what does a crawl of many small files take, the first time and when nothing has changed? (--long: 100,000)',
  async run({ long, say }) {
    const files = long ? 100_000 : 10_000
    const figures: Figure[] = []
    const home = mkdtempSync(join(tmpdir(), 'weir-crawl-bench-'))
    try {
      mkdirSync(join(home, 'folder'))
      figures.push(...(await measure(join(home, 'folder'), files, writeFolder(join(home, 'folder'), files), say)))
      if (process.env['S3_ENDPOINT'] === undefined) return figures
      mkdirSync(join(home, 'bucket'))
      figures.push(...(await measure(join(home, 'bucket'), files, await writeBucket(files, say), say)))
      return figures
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}

const nameOf = (at: number): string => `part=${at % folders}/${at}.csv`
const contentOf = (at: number): string => `id,name,amount\n${at},some name,${at}.25\n`

function writeFolder(home: string, files: number): Place {
  for (let part = 0; part < folders; part++) mkdirSync(join(home, 'files', `part=${part}`), { recursive: true })
  for (let at = 0; at < files; at++) writeFileSync(join(home, 'files', nameOf(at)), contentOf(at))
  return { label: 'a folder', buckets: '', path: './files', bars: { first: 0.5, unchanged: 0.15 } }
}

async function writeBucket(files: number, say: (text: string) => void): Promise<Place> {
  const { endpoint, bucket } = s3Server()
  const path = `s3://${bucket}/crawled-${randomUUID()}`
  await using remote = await openS3Store()
  const started = performance.now()
  await inParallel(
    Array.from({ length: files }, (_, at) => at),
    32,
    (at) => remote.store.put(`${path}/${nameOf(at)}`, Buffer.from(contentOf(at))),
  )
  say(`${files} objects were put in ${((performance.now() - started) / 1000).toFixed(0)} s`)
  const buckets = `buckets: { '${path}': { endpoint: '${endpoint}', accessKeyId: secret('id', { fromEnv: 'AWS_ACCESS_KEY_ID' }),
    secretAccessKey: secret('key', { fromEnv: 'AWS_SECRET_ACCESS_KEY' }) } },`
  return { label: 'a bucket', buckets, path, bars: { first: 6, unchanged: 0.3 } }
}

async function measure(
  home: string,
  files: number,
  { label, buckets, path, bars }: Place,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const project = `import { defineProject, secret } from 'weir-data'
export default defineProject({ name: 'crawl', resources: [], ${buckets} })
`
  writeProject(home, project.replace(buckets === '' ? ', secret' : '', ''))
  const first = await crawlOnce(home, files, { path })
  const unchanged = await crawlOnce(home, 0)
  const bound = (what: string, unit: string, value: number, most: number): Figure => {
    const bar: Bar = { kind: 'bound', at: 'most', value: most, text: `at most ${most.toFixed(0)} ${unit}, our own` }
    return {
      name: `${files} files of ${label}, ${what}`,
      unit,
      ours: [value],
      reference: [],
      referenceName: 'a bound',
      bar,
    }
  }
  for (const [what, run] of Object.entries({ first, unchanged }))
    say(`${label}, ${what}: ${run.seconds.toFixed(1)} s, ${run.cpu.toFixed(1)} CPU s, ${run.megabytes.toFixed(0)} MB`)
  return [
    bound('first', 's', first.seconds, (files / 1000) * bars.first),
    bound('first', 'MB', first.megabytes, megabytesMost(files)),
    bound('unchanged', 's', unchanged.seconds, (files / 1000) * bars.unchanged),
    bound('unchanged', 'MB', unchanged.megabytes, megabytesMost(files)),
  ]
}

/** Starts Weir, declares the crawler where `spec` is given, and crawls: `looked` files are opened. */
async function crawlOnce(home: string, looked: number, spec?: { readonly path: string }): Promise<Run> {
  await using weir = await startWeirIn(home)
  const { http, pid } = weir.endpoints
  const ask = async (method: string, path: string, body: unknown): Promise<string> => {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const answer = await fetch(`${http}/api/v1/${path}`, init)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
    return text
  }
  if (spec) await ask('PUT', 'resources/crawler/many', { spec: { ...spec, table: 'many' } })
  const before = processTree(pid).reduce((sum, one) => sum + cpuSeconds(one), 0)
  const events = await ask('POST', 'crawlers/many/crawl', {})
  const done = /^event: done\ndata: (.*)$/m.exec(events)?.[1]
  if (done === undefined) throw new Error(`the files were not crawled: ${events.slice(-500)}`)
  const { summary } = (JSON.parse(done) as { done: { summary: { seconds: number; looked: number } } }).done
  if (summary.looked !== looked) throw new Error(`${summary.looked} files were looked at, not ${looked}`)
  return {
    seconds: summary.seconds,
    cpu: processTree(pid).reduce((sum, one) => sum + cpuSeconds(one), 0) - before,
    megabytes: peakResidentBytes(findProcess(pid, 'children/operator')) / 1e6,
  }
}
