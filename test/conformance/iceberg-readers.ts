import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { runSql } from '../../src/cli/sql-session.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { startWeir, type RunningWeir } from '../support/running-weir.ts'
import { inBucket, vendedS3 } from './in-bucket.ts'
import { runPySpark } from './kit-python.ts'
import { digestQuery, readingProject, readingRows } from './reading-table.ts'

/**
 * Rows that a delivery wrote, and some that SQL inserted, read by engines that nobody here wrote: `node test/conformance/iceberg-readers.ts
 * pyiceberg [spark] [--deletes]`. Each engine must give the digest of the rows that Weir's own SQL gives; fails on any
 * difference. With `--deletes` Spark first deletes and changes some of the rows, by files of position deletes. With `--s3` the
 * tables lie in the S3 server of the environment, the engines have no keys but those that the catalog hands out, and each also
 * makes the kit's round trip there: it creates, writes, changes and drops tables.
 */
const modes = ['delete', 'update'].map((name) => `'write.${name}.mode' = 'merge-on-read'`).join(', ')
const deletes = [
  `ALTER TABLE w.public.t SET TBLPROPERTIES (${modes})`,
  'DELETE FROM w.public.t WHERE id % 3 = 0',
  'DELETE FROM w.public.t WHERE small IS NULL AND id % 5 = 1',
  "UPDATE w.public.t SET name = 'changed' WHERE id % 7 = 2",
]
const readers: Readonly<Record<string, string>> = {
  pyiceberg: `${kit}/iceberg/pyiceberg.sh`,
  spark: `${kit}/iceberg/spark/spark.sh`,
}
const isOnS3 = process.argv.includes('--s3')
const chosen = process.argv.slice(2).filter((word) => !word.startsWith('--'))
if (chosen.length === 0 || chosen.some((name) => readers[name] === undefined))
  throw new Error(`name engines: ${Object.keys(readers).join(', ')}`)

await using weir = await startWeir('readers', isOnS3 ? inBucket(readingProject, 'readers') : readingProject)
// Two commits at least, the second under a schema with one column more.
for (const rows of [readingRows(1, 3000), readingRows(2, 2000)]) await deliver(weir, rows)
// Of no record: their files lack the columns that say which record a row is of.
const given = 'flag, small, ratio, name, day, moment, tags, place, counts, added'
await runSql(weir.endpoints.postgres, `insert into t (id, ${given}) select -id, ${given} from t where id % 4 = 0`)
const own = await compare(chosen)
if (process.argv.includes('--deletes')) {
  runPySpark('spark-sql.py', [weir.endpoints.iceberg, ...deletes])
  if ((await compare(chosen)) === own) throw new Error('the deletes changed nothing')
}

if (isOnS3) for (const name of chosen) await outputOf(readers[name]!, [weir.endpoints.iceberg, ...settingsOf(name)])

/** Weir's digest, after each engine was compared with it. */
async function compare(engines: readonly string[]): Promise<string> {
  const digest = await ownDigest(weir)
  console.log(`weir       ${digest}`)
  for (const name of engines) {
    const read = JSON.parse(
      lastLine(await outputOf(readers[name]!, [weir.endpoints.iceberg, ...settingsOf(name), '--read', 'public.t'])),
    )
    const { table: _, ...rest } = read as Record<string, unknown>
    console.log(`${name.padEnd(10)} ${JSON.stringify(rest)}`)
    if (JSON.stringify(rest) === digest) continue
    console.error(`${name} reads other rows than Weir's SQL gives`)
    process.exitCode = 1
  }
  return digest
}

async function deliver({ endpoints, folder }: RunningWeir, rows: readonly string[]): Promise<void> {
  const client = await connectKafka({ bootstrap: endpoints.kafka, clientId: 'iceberg-readers' })
  const producer = await client.createProducer({ topic: 's' })
  for (const value of rows) await producer.send({ value })
  await producer.flush()
  await client.close()
  run(folder, 'delivery', 'flush', 'd')
  const { hops } = JSON.parse(run(folder, 'ledger')) as { hops: readonly Record<string, string>[] }
  if (hops.every(({ rejected, pending }) => rejected === '0' && pending === '0')) return
  const { items } = JSON.parse(run(folder, 'dead-letters', 'd')) as { items: readonly unknown[] }
  throw new Error(`every row must be delivered; refused, pending: ${JSON.stringify([items.slice(0, 5), hops])}`)
}

function run(folder: string, ...words: readonly string[]): string {
  const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  return execFileSync(process.execPath, [cli, ...words, '--json', '--dir', folder], { encoding: 'utf8' })
}

/** The digest of the rows as SQL gives them, each as the kit's JSON form. */
async function ownDigest({ endpoints }: RunningWeir): Promise<string> {
  const { rows } = await runSql(endpoints.postgres, digestQuery)
  const lines = rows.map(([row]) => `${row}\n`).join('')
  return JSON.stringify(JSON.parse(lastLine(await outputOf('python3', [`${kit}/iceberg/digest.py`], lines))))
}

async function outputOf(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: environmentOf(command) })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  return Buffer.concat(chunks).toString()
}

/** PyIceberg asks for keys and finds S3's files by itself; Java's client does what it is told to. */
function settingsOf(name: string): readonly string[] {
  if (!isOnS3 || name !== 'spark') return []
  return Object.entries(vendedS3).map(([name, value]) => `-D${name}=${value}`)
}

/** An engine has no keys of its own, or wrong ones: the kit's Spark brings its S3 client along only where there are some. */
function environmentOf(command: string): NodeJS.ProcessEnv {
  if (!isOnS3 || !Object.values(readers).includes(command)) return process.env
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...others } = process.env
  return command === readers['spark']
    ? { ...others, AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'wrong' }
    : others
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)!
}
