import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { eventually } from '../support/deadline.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { verifies } from './exactly-once.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { sqlOf } from './sql-of.ts'

const pipelines = 6
const numbers = Array.from({ length: pipelines }, (_, at) => at)
const kinds = ['stream', 'table', 'view'] as const
const total = pipelines * kinds.length + 1

/** Many resources that use each other, so that making them takes a while; one delivery, for each is a process. */
const project = `import { defineProject, delivery, stream, table, view } from 'weir-data'
const streams = [${numbers.join(', ')}].map((at) => stream('s' + at, { partitions: 3 }))
const tables = streams.map((_, at) => table('t' + at, { columns: { id: 'long' }, partitionBy: ['truncate(id, 10)'] }))
const views = tables.map((_, at) => view('v' + at, { sql: 'select count(*) as n from t' + at }))
const load = delivery('load', { from: streams[0], to: tables[0], flush: { age: '1 s' } })
export default defineProject({ name: 'apply', resources: [...streams, ...tables, ...views, load] })
`
const empty = `import { defineProject } from 'weir-data'
export default defineProject({ name: 'apply', resources: [] })
`

interface Resource {
  readonly kind: string
  readonly name: string
  readonly state: string
  readonly reason: string | null
}

async function resourcesOf({ ports }: RestartableWeir): Promise<readonly Resource[]> {
  const answer = await fetch(`http://127.0.0.1:${ports.http}/api/v1/resources?limit=1000`)
  return ((await answer.json()) as { items: readonly Resource[] }).items
}

/** Applies the project and kills the supervisor once `reached` says so of the resources. */
async function killDuringApply(
  weir: RestartableWeir,
  text: string,
  reached: (resources: readonly Resource[]) => boolean,
): Promise<string> {
  writeFileSync(join(weir.folder, 'weir.config.ts'), text)
  const applying = weir.command('apply', '--allow-destructive', '--yes')
  const states = await eventually('the moment of the kill', async () => {
    const found = await resourcesOf(weir)
    return reached(found) ? found : undefined
  })
  process.kill(weir.pid(), 'SIGKILL')
  await weir.gone()
  await applying
  return JSON.stringify(
    Object.groupBy(states, ({ state }) => state),
    (_, value: unknown) => (Array.isArray(value) ? value.length : value),
  )
}

/** Everything is there as it was declared, and works. */
async function checkMade(weir: RestartableWeir, id: number): Promise<void> {
  await eventually('all to be Active', async () => {
    const found = await resourcesOf(weir)
    const others = found.filter(({ state }) => state !== 'Active')
    if (found.length === total && others.length === 0) return true
    throw new Error(`${found.length} of ${total}; ${JSON.stringify(others)}`)
  })
  const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
  try {
    const topics = await client.topics.describe(numbers.map((at) => `s${at}`))
    assert.deepEqual(
      topics.map(({ partitions }) => partitions.length),
      numbers.map(() => 3),
    )
    const producer = await client.createProducer({ topic: 's0' })
    await producer.send({ value: JSON.stringify({ id }) })
    await producer.flush()
  } finally {
    await client.close()
  }
  await eventually('the record in SQL', async () => {
    const rows = await sqlOf<{ n: string }>(weir, `select count(*) as n from t0 where id = ${id}`)
    return Number(rows[0]!.n) === 1 ? true : undefined
  })
  for (const at of numbers.slice(1)) assert.deepEqual(await sqlOf(weir, `select n from v${at}`), [{ n: '0' }])
  await verifies(weir)
}

/** Nothing is left: no resource, no topic, no table, no file of one. */
async function checkGone(weir: RestartableWeir): Promise<void> {
  await eventually('all to be gone', async () => ((await resourcesOf(weir)).length === 0 ? true : undefined))
  const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}` })
  try {
    assert.deepEqual(
      (await client.topics.describe()).filter(({ internal }) => !internal),
      [],
    )
  } finally {
    await client.close()
  }
  const catalog = connectCatalog({ uri: `http://127.0.0.1:${weir.ports.http}/iceberg` })
  for (const at of numbers)
    await assert.rejects(catalog.loadTable({ namespace: ['public'], name: `t${at}` }), { code: 'WEIR-4001' })
  const left = readdirSync(join(weir.folder, '.weir/lake'), { recursive: true, withFileTypes: true })
  assert.deepEqual(
    left.filter((entry) => entry.isFile()).map(({ name }) => name),
    [],
  )
}

void test(
  'kill -9 of the supervisor in the middle of an apply: the next start makes the rest, and removes the rest',
  { timeout: 240_000 },
  async (context) => {
    const random = seededRandom(chosenSeed(context))
    await using weir = await restartableWeir('apply', { project: empty })
    await weir.start()
    for (let round = 1; round <= 2; round++) {
      const made = 1 + random.pick(Math.floor(total / 2))
      const whenMade = await killDuringApply(
        weir,
        project,
        (found) => found.filter(({ state }) => state === 'Active').length >= made,
      )
      context.diagnostic(`round ${round}: killed with ${whenMade}`)
      await weir.start()
      await checkMade(weir, round)
      const left = 1 + random.pick(total - 2)
      const whenGone = await killDuringApply(weir, empty, (found) => found.length <= left)
      context.diagnostic(`round ${round}: killed with ${whenGone}`)
      await weir.start()
      await checkGone(weir)
    }
  },
)
