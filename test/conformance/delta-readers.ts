import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runSql } from '../../src/cli/sql-session.ts'
import { crawledFolder } from '../support/crawled-folder.ts'
import { eventually } from '../support/deadline.ts'
import { startWeir } from '../support/running-weir.ts'
import { s3Server } from '../support/s3-store.ts'
import { deltaEngine } from './delta-engine.ts'
import { areSame, comparable, parseRow } from './delta-rows.ts'
import { checkWriting } from './delta-writers.ts'

/**
 * Delta tables of two writers: `node test/conformance/delta-readers.ts delta-rs|spark [--s3]`. What the other one wrote is crawled, and what Weir wrote is
 * read and written on by the other one, and by Weir again, then by both at once, unless the other one writes over versions (Spark in S3). Each prints the
 * rows that it reads; fails on any difference. With `--s3` the tables lie in the S3 server of the environment.
 */
interface Table {
  readonly name: string
  readonly rows: readonly string[]
}

const [chosen = '', ...more] = process.argv.slice(2)
const engine = deltaEngine(chosen, more.includes('--s3'))
if (!(await (engine.isOnS3 ? crawlBucket() : crawlFolder()))) process.exitCode = 1
if (!(await checkWriting(engine))) process.exitCode = 1

async function crawlFolder(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-delta-'))
  try {
    let same = true
    for (const { name, rows } of await tablesIn(folder)) {
      await using crawled = await crawledFolder()
      const { summary } = await crawled.crawl({ folder: join(folder, name) })
      const told = ` of ${summary.files} files, ${summary.format}`
      same = compare({ name, rows }, await crawled.rows(), told) && same
    }
    return same
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** By crawlers of a running Weir: it reads tables of a bucket from copies. */
async function crawlBucket(): Promise<boolean> {
  const { endpoint, bucket } = s3Server()
  const place = `s3://${bucket}/delta-${randomUUID()}`
  const tables = await tablesIn(place)
  const crawlers = tables.map(({ name }) => `crawler('${name}', { path: '${place}/${name}', table: '${name}' })`)
  await using weir = await startWeir(
    'delta-s3',
    `import { crawler, defineProject, secret } from 'weir-data'
export default defineProject({ name: 'delta', resources: [${crawlers.join(', ')}], buckets: { '${place}': { endpoint: '${endpoint}',
  accessKeyId: secret('id', { fromEnv: 'AWS_ACCESS_KEY_ID' }), secretAccessKey: secret('key', { fromEnv: 'AWS_SECRET_ACCESS_KEY' }) } } })`,
  )
  let same = true
  for (const table of tables) {
    const { rows } = await eventually(`the crawl of ${table.name}`, () =>
      runSql(weir.endpoints.postgres, `select to_json(t)::varchar from ${table.name} as t`),
    )
    const own = rows.map(([row]) => parseRow(row!))
    same = compare(table, own, ' of a bucket') && same
  }
  return same
}

async function tablesIn(place: string): Promise<readonly Table[]> {
  return (await engine.run(engine.tables, [engine.nameOf(place)])).map((line) => JSON.parse(line) as Table)
}

function compare({ name, rows }: Table, own: readonly unknown[], told: string): boolean {
  return areSame(`${name}, read by a crawler`, comparable(own), comparable(rows.map(parseRow)), told)
}
