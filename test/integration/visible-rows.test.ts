import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { startWeir } from '../support/running-weir.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { processesOf } from '../fault/process-tree.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2 })
const kept = table('kept', { columns: { id: 'long' } })
export default defineProject({ name: 'visible', resources: [values, kept, delivery('load', { from: values, to: kept })] })
`

void test('INV-D6: what a query has shown, each later one shows, once, through commits and the end of a worker', async () => {
  await using weir = await startWeir('visible', project)
  const seed = Math.floor(Math.random() * 2 ** 32)
  const random = seededRandom(seed)
  const stop = new AbortController()
  const kafka = await connectKafka({ bootstrap: weir.endpoints.kafka, clientId: 'test' })
  const producer = await kafka.createProducer({ topic: 'values' })
  const readers = [1, 2].map(() => readUntil(stop.signal, weir.endpoints.postgres))
  let sent = 0
  let killed = false
  const deadline = Date.now() + 60_000
  while (asked < 60 && Date.now() < deadline) {
    if (random.chance(0.5)) {
      const count = 1 + random.pick(20)
      await producer.sendLines(Buffer.from(Array.from({ length: count }, () => `{"id":${sent++}}\n`).join('')))
    }
    if (random.chance(0.1)) void fetch(`${weir.endpoints.http}/api/v1/deliveries/load/flush`, flush).catch(() => {})
    if (!killed && asked > 20) {
      process.kill(processesOf(weir.endpoints.pid).find(({ kind }) => kind === 'worker')!.pid, 'SIGKILL')
      killed = true
    }
    await pause(random.pick(60))
  }
  await producer.close()
  await kafka.close()
  const last = await readUntil(AbortSignal.timeout(20_000), weir.endpoints.postgres, sent)
  stop.abort()
  await Promise.all(readers)
  assert.equal(last, sent, `seed ${seed}`)
  assert.ok(killed && asked > 60, `${asked} queries`)
})

const flush = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
/** The most rows that any query has shown. */
let shown = 0
let asked = 0

/** Asks on and on, until there are `enough` rows. */
async function readUntil(signal: AbortSignal, connectionString: string, enough = Infinity): Promise<number> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  let rows = 0
  let warned = false
  // Rule 13: a worker that is away too long is told of.
  client.on('notice', () => (warned = true))
  try {
    while (!signal.aborted && rows < enough) {
      const before = shown
      warned = false
      const answer = await client.query<{ n: number; ids: number }>(
        'select count(*)::int as n, count(distinct id)::int as ids from kept',
      )
      const { n, ids } = answer.rows[0]!
      assert.equal(n, ids, 'a row is there twice')
      assert.ok(warned || n >= before, `${n} rows, and ${before} before`)
      rows = n
      shown = Math.max(shown, n)
      asked++
    }
  } finally {
    await client.end()
  }
  return rows
}
