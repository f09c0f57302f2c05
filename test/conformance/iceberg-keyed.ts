import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { fileURLToPath } from 'node:url'
import { runSql } from '../../src/cli/sql-session.ts'
import { kit } from '../../tools/conformance/kit.ts'
import { freePort } from '../support/free-port.ts'
import { startWeir } from '../support/running-weir.ts'
import { inBucket, vendedS3 } from './in-bucket.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { rowsDigest } from './rows-digest.ts'

/**
 * Rows of a table with a key, upserted and deleted by a delivery, read by engines that nobody here wrote: `node
 * test/conformance/iceberg-keyed.ts pyiceberg [spark] [trino] [--s3]`; with `--s3` the tables lie in the S3 server of the environment. Small tables by copy on write, others by position deletes; each engine must
 * give the digest of the rows that a map of the records gives, and so must Weir's own SQL.
 */
const trinoPort = String(await freePort())
const trino = `${kit}/iceberg/trino/trino.sh`
/** The words that print a table's rows. */
const readers: Readonly<Record<string, (table: string) => readonly [string, ...string[]]>> = {
  pyiceberg: (table) => [`${kit}/iceberg/pyiceberg.sh`, weir.endpoints.iceberg, '--read', table, '--rows'],
  spark: (table) => [`${kit}/iceberg/spark/spark.sh`, weir.endpoints.iceberg, ...sparkOnS3, '--read', table, '--rows'],
  trino: (table) => [trino, 'read', table, '--rows', '--port', trinoPort],
}
const isOnS3 = process.argv.includes('--s3')
const sparkOnS3 = isOnS3 ? Object.entries(vendedS3).map(([name, value]) => `-D${name}=${value}`) : []
const engines = process.argv.slice(2).filter((word) => !word.startsWith('--'))
if (engines.length === 0 || engines.some((name) => readers[name] === undefined))
  throw new Error(`name engines: ${Object.keys(readers).join(', ')}`)

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const changes = stream('changes', { partitions: 2 })
const columns = { region: 'string', id: 'long', name: 'string' }
const small = table('small', { columns, key: ['region', 'id'] })
const large = table('large', { columns, key: ['region', 'id'], partitionBy: ['region'] })
const to = (name, to, copyOnWriteBelow) => delivery(name, { from: changes, to, flush: { age: '1 h' }, copyOnWriteBelow })
export default defineProject({ name: 'keyed', resources: [changes, small, large, to('s', small, '16 MB'), to('l', large, '1 KB')] })
`
await using weir = await startWeir('keyed', isOnS3 ? inBucket(project, 'keyed') : project)
const random = seededRandom(4711)
const rows = new Map<string, string>()
const client = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'iceberg-keyed' })
const producer = await client.createProducer({ topic: 'changes' })
for (let round = 0; round < 6; round++) {
  for (let at = 0; at < 2000; at++) {
    const key = JSON.stringify({ region: random.oneOf(['north', 'süd', "o'neil"]), id: random.pick(1500) })
    const row = JSON.stringify({ ...(JSON.parse(key) as object), name: `${round}/${at}` })
    const isDelete = random.pick(4) === 0
    if (isDelete) rows.delete(key)
    else rows.set(key, row)
    await producer.send({ key, value: isDelete ? null : row })
  }
  await producer.flush()
  for (const name of ['s', 'l']) run('delivery', 'flush', name)
}
await client.close()
if (engines.includes('trino')) await outputOf(trino, ['start', weir.endpoints.iceberg, '--port', trinoPort])
const digests = new Map<string, string>()
const expected = rowsDigest([...rows.values()])
console.log(`expected   ${expected}`)
for (const table of ['small', 'large']) {
  const { rows: read } = await runSql(weir.endpoints.postgres, `select region, id, name from ${table}`)
  const lines = read.map(([region, id, name]) => JSON.stringify({ region, id: Number(id), name }))
  digests.set(`weir ${table}`, rowsDigest(lines))
  for (const name of engines) {
    const [command, ...args] = readers[name]!(`public.${table}`)
    const output = await outputOf(command, args)
    const found = output
      .trim()
      .split('\n')
      .flatMap((line) => rowOf(line))
    digests.set(`${name} ${table}`, rowsDigest(found))
  }
}
if (engines.includes('trino')) await outputOf(trino, ['stop', '--port', trinoPort])
for (const [who, digest] of digests) {
  console.log(`${who}: ${digest}`)
  if (digest === expected) continue
  console.error(`${who} reads other rows than were produced`)
  process.exitCode = 1
}

/** Without the columns that Weir adds. */
function rowOf(line: string): readonly string[] {
  if (!line.startsWith('{')) return []
  const { region, id, name } = JSON.parse(line) as Record<string, unknown>
  return [JSON.stringify({ region, id, name })]
}

function run(...words: readonly string[]): void {
  const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  execFileSync(process.execPath, [cli, ...words, '--dir', weir.folder], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`)
  return Buffer.concat(chunks).toString()
}
