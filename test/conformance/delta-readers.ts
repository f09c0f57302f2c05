import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mavenJars, pythonWith } from '../../tools/conformance/fetched.ts'
import { crawledFolder } from '../support/crawled-folder.ts'

/**
 * Delta tables that others wrote, read as tables: `node test/conformance/delta-readers.ts delta-rs|spark`. For each the writer prints the rows
 * that it reads itself; fails on any difference.
 */
const writers: Readonly<Record<string, () => Written>> = {
  'delta-rs': () => ({
    python: pythonWith('deltalake-1.6.6', ['deltalake==1.6.6', 'pyarrow==26.0.1']),
    program: 'delta-tables.py',
  }),
  spark: () => ({
    python: pythonWith('pyspark-4.1.4', ['pyspark==4.1.4']),
    program: 'delta-spark-tables.py',
    jars: deltaJars(mavenJars('delta-spark-4.1_2.13-4.4.0', ['io.delta:delta-spark_4.1_2.13:4.4.0'])),
  }),
}

/** What else it needs, Spark has itself, in the versions that fit. */
function deltaJars(jars: string): string {
  const own = readdirSync(jars).filter((name) => /^(delta-|unitycatalog-).*\.jar$/.test(name))
  return own.map((name) => join(jars, name)).join(',')
}

interface Written {
  readonly python: string
  readonly program: string
  readonly jars?: string
}

interface Table {
  readonly name: string
  readonly rows: readonly string[]
}

const [chosen = ''] = process.argv.slice(2)
const writer = writers[chosen]
if (!writer) throw new Error(`name a writer: ${Object.keys(writers).join(', ')}`)
const folder = mkdtempSync(join(tmpdir(), 'weir-delta-'))
try {
  for (const table of tablesOf(writer())) await compare(table)
} finally {
  rmSync(folder, { recursive: true })
}

function tablesOf({ python, program, jars }: Written): readonly Table[] {
  const env = { ...process.env, SPARK_LOCAL_IP: '127.0.0.1' }
  const path = new URL(program, import.meta.url).pathname
  const output = execFileSync(python, [path, folder, ...(jars === undefined ? [] : [jars])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
    maxBuffer: 64 << 20,
  })
  return output
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Table)
}

async function compare({ name, rows }: Table): Promise<void> {
  await using crawled = await crawledFolder()
  const { summary } = await crawled.crawl({ folder: join(folder, name) })
  const own = (await crawled.rows()).map((row) => JSON.stringify(normal(row))).toSorted()
  const theirs = rows.map((row) => JSON.stringify(normal(JSON.parse(row)))).toSorted()
  const differs = own.findIndex((row, at) => row !== theirs[at])
  if (own.length === theirs.length && own.length > 0 && differs < 0)
    return console.log(`ok    ${name}: ${own.length} rows of ${summary.files} files, ${summary.format}`)
  console.error(
    `FAIL  ${name}: ${own.length} rows, ${chosen} reads ${theirs.length}; the first that differs:\n  ${own[differs]}\n  ${theirs[differs]}`,
  )
  process.exitCode = 1
}

/** Keys in order, values as text: JSON has other numbers in each language. */
function normal(value: unknown): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value)
  const entries = Object.entries(value as Record<string, unknown>)
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, normal(inner)]),
  )
}
