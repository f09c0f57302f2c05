import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runSql } from '../../src/cli/sql-session.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { openObjectStore } from '../../src/storage/objects/open.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { startWeir } from '../support/running-weir.ts'
import { openS3Store } from '../support/s3-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { programPath, pySpark, pythonEnvironment, withS3Files } from './engine-python.ts'
import { startLineService } from './engines/line-service.ts'
import { inBucket, vendedS3 } from './in-bucket.ts'
import { rowsDigest } from './rows-digest.ts'

/**
 * Deliveries that upsert into and delete from tables with a key whose files Spark has written as Avro: by copy on write, by position deletes and by
 * vectors. After each step Weir's SQL and Spark must read the rows that a map of the records gives. `node test/conformance/avro-keyed.ts [--s3]`;
 * with `--s3` the tables lie in the S3 server of the environment.
 */
const isOnS3 = process.argv.includes('--s3')
const tables = ['copied', 'deleted', 'vectored'] as const

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const changes = stream('changes', { partitions: 2 })
const columns = { region: 'string', id: 'long', name: 'string' }
const keyed = (name, copyOnWriteBelow) => {
  const to = table(name, { columns, key: ['region', 'id'], partitionBy: name === 'deleted' ? ['region'] : [] })
  return [to, delivery('into-' + name, { from: changes, to, flush: { age: '1 h' }, copyOnWriteBelow })]
}
export default defineProject({ name: 'avro-keyed', resources: [changes, ...keyed('copied', '16 MB'), ...keyed('deleted', '1 KB'), ...keyed('vectored', '1 KB')] })
`
await using weir = await startWeir('avro-keyed', isOnS3 ? inBucket(project, 'avro-keyed') : project)
await using remote = isOnS3 ? await openS3Store() : undefined
const store = remote?.store ?? openObjectStore({ roots: ['file:///'], files: nodeFiles })
const catalog = connectCatalog({ uri: weir.endpoints.iceberg })
const engine = isOnS3 ? withS3Files(pySpark()) : pySpark()
const spark = startLineService(
  [
    engine.python,
    programPath('engines/spark-serve.py'),
    weir.endpoints.iceberg,
    ...(isOnS3 ? [JSON.stringify(vendedS3)] : []),
  ],
  pythonEnvironment(engine),
)
const random = seededRandom(4711)
const expected = new Map<string, string>()
const kafka = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'avro-keyed' })
const producer = await kafka.createProducer({ topic: 'changes' })
let checks = 0
try {
  await deliver(1)
  await same('delivered')
  await onEach((table) => [
    `ALTER TABLE ${table} SET TBLPROPERTIES ('write.format.default' = 'avro', 'write.delete.format.default' = 'avro'${
      table.endsWith('vectored') ? `, 'format-version' = '3'` : ''
    })`,
    `CALL w.system.rewrite_data_files(table => '${table}', options => map('rewrite-all', 'true'))`,
  ])
  for (const table of tables) await mustHave(table, ['AVRO'])
  await same('written as Avro by Spark')
  await deliver(2)
  await same('upserted and deleted where rows lie in Avro')
  await mustHave('copied', ['PARQUET'])
  for (const table of ['deleted', 'vectored']) await mustHave(table, ['AVRO', 'PARQUET'])
  // Rows of another engine's, some of which the next delivery changes.
  await onEach((table) => [
    `INSERT INTO ${table} (region, id, name) SELECT 'east', id, concat('spark ', id) FROM range(100)`,
  ])
  for (let id = 0; id < 100; id++)
    expected.set(JSON.stringify({ region: 'east', id }), JSON.stringify({ region: 'east', id, name: `spark ${id}` }))
  await same('added to by Spark')
  for (const table of tables) await mustHave(table, ['AVRO', 'PARQUET'])
  await deliver(3)
  await same('upserted and deleted after that')
  for (const table of tables) weirSays('compact', table)
  await same('compacted by Weir')
  for (const table of tables) await mustHave(table, ['PARQUET'])
  await deliver(4)
  await same('upserted and deleted behind the compaction')
  verify()
} finally {
  await kafka.close()
  await spark.stop()
}
console.log(`${checks} readings by Spark and by Weir gave the rows of the records`)

/** Upserts and deletes of random keys, from the third round on those of Spark's rows among them, committed into each table. */
async function deliver(round: number): Promise<void> {
  const regions = ['north', 'süd', 'west', ...(round > 2 ? ['east'] : [])]
  for (let at = 0; at < 1000; at++) {
    const key = JSON.stringify({ region: random.oneOf(regions), id: random.pick(400) })
    const row = JSON.stringify({ ...(JSON.parse(key) as object), name: `${round}/${at}` })
    const isDelete = random.pick(4) === 0
    if (isDelete) expected.delete(key)
    else expected.set(key, row)
    await producer.send({ key, value: isDelete ? null : row })
  }
  await producer.flush()
  for (const table of tables) weirSays('delivery', 'flush', `into-${table}`)
}

async function onEach(statements: (table: string) => readonly string[]): Promise<void> {
  for (const table of tables) for (const sql of statements(`w.public.${table}`)) await spark.ask({ sql })
}

async function same(step: string): Promise<void> {
  const digest = rowsDigest([...expected.values()])
  for (const table of tables) {
    const own = await runSql(weir.endpoints.postgres, `select region, id, name from ${table}`)
    const theirs = await spark.ask({ sql: `SELECT region, id, name FROM w.public.${table}` })
    const read = {
      Weir: own.rows.map(([region, id, name]) => JSON.stringify({ region, id: Number(id), name })),
      Spark: theirs.map((row) => JSON.stringify(row)),
    }
    for (const [who, rows] of Object.entries(read)) {
      checks++
      if (rowsDigest(rows) === digest) continue
      throw new Error(`${table}, ${step}: ${who} reads ${rows.length} rows, ${expected.size} or others are expected`)
    }
  }
  console.log(`${step}: Spark and Weir read the same ${expected.size} rows of each table`)
}

async function mustHave(table: string, formats: readonly string[]): Promise<void> {
  const { metadata } = await catalog.loadTable({ namespace: ['public'], name: table })
  const { dataFiles } = await planScan({ metadata, store })
  const found = [...new Set(dataFiles.map(({ format }) => format))].toSorted()
  if (found.join() !== formats.join()) throw new Error(`${table} has files in ${found.join(' and ')}`)
}

/** Rows of others are there, so that not all can be proven; nothing may be wrong. */
function verify(): void {
  const { stdout } = spawnSync(process.execPath, [...words('verify'), '--json'], { encoding: 'utf8' })
  const { results } = JSON.parse(stdout) as {
    results: readonly { delivery: string; verdict: string; detail: string }[]
  }
  for (const { delivery, verdict, detail } of results) {
    console.log(`${delivery}: ${verdict}, ${detail}`)
    if (verdict === 'no') throw new Error(`weir verify says no of ${delivery}: ${detail}`)
  }
  if (results.length !== tables.length) throw new Error(`weir verify has looked at ${results.length} deliveries`)
}

function weirSays(...command: readonly string[]): void {
  execFileSync(process.execPath, words(...command), { stdio: ['ignore', 'ignore', 'inherit'] })
}

function words(...command: readonly string[]): string[] {
  return [fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url)), ...command, '--dir', weir.folder]
}
