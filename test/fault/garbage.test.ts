import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { eventually } from '../support/deadline.ts'
import { chosenSeed } from './chosen-seed.ts'
import { processesOf, residentBytes, type FoundProcess } from './process-tree.ts'
import { restartableWeir, type RestartableWeir } from './restartable-weir.ts'
import { announceMuch, goodBeginnings, neverRead, sendGarbage, stayHalfOpen, type RudeClient } from './rude-clients.ts'
import { sqlOf } from './sql-of.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const values = stream('values', { partitions: 2, value: 'json' })
const kept = table('kept', { columns: { id: 'long', text: 'string' } })
export default defineProject({ name: 'rude', resources: [values, kept, delivery('load', { from: values, to: kept })] })
`
/** Of all processes, beyond what they had when the second crowd was there. */
const grownBytesMax = 200_000_000
const crowds = 6

/** What well-behaved clients do, each within a deadline: if one of them hangs, the rude ones have won. */
async function checkServed(weir: RestartableWeir, id: number): Promise<void> {
  const client = await connectKafka({ bootstrap: `127.0.0.1:${weir.ports.kafka}`, deadlineMs: 10_000 })
  try {
    const producer = await client.createProducer({ topic: 'values', deadlineMs: 10_000 })
    await producer.send({ value: JSON.stringify({ id, text: 'polite' }) })
    await producer.flush()
  } finally {
    await client.close()
  }
  const signal = AbortSignal.timeout(10_000)
  assert.equal((await fetch(`http://127.0.0.1:${weir.ports.http}/health`, { signal })).status, 200)
  await eventually(
    `row ${id} in SQL`,
    async () => {
      const rows = await sqlOf<{ n: string }>(weir, `select count(*) as n from kept where id = ${id}`)
      return Number(rows[0]!.n) === 1 ? true : undefined
    },
    20_000,
  )
}

function crowd(weir: RestartableWeir, random: Random): RudeClient[] {
  const clients: RudeClient[] = []
  for (const kind of ['kafka', 'postgres', 'http'] as const) {
    const port = weir.ports[kind]
    const beginnings = goodBeginnings[kind]
    for (let count = 0; count < 25; count++) {
      clients.push(sendGarbage(port, random, beginnings))
      clients.push(announceMuch(port, random))
      clients.push(stayHalfOpen(port, random, beginnings))
    }
    const request = kind === 'http' ? Buffer.concat([beginnings[0]!, Buffer.from('\r\n')]) : beginnings[0]!
    // A startup packet is said once; a second one is garbage, which is fine too.
    clients.push(neverRead(port, request, 20_000))
  }
  return clients
}

void test(
  'garbage, half-open and slow clients on each port: all live, memory stays, others are served',
  { timeout: 120_000 },
  async (context) => {
    const random = seededRandom(chosenSeed(context))
    await using weir = await restartableWeir('rude', { project })
    await weir.start()
    await checkServed(weir, 1)
    // Who is asked by the crowd is there before it.
    await fetch(`http://127.0.0.1:${weir.ports.http}/api/v1/tables/kept/files`)
    const before = processesOf(weir.pid())
    const clients: RudeClient[] = []
    const bytes: number[] = [bytesOf(before)]
    try {
      for (let round = 1; round <= crowds; round++) {
        clients.push(...crowd(weir, random))
        await checkServed(weir, 1 + round)
        bytes.push(bytesOf(before))
      }
      const megabytes = bytes.map((count) => Math.round(count / 1e6)).join(', ')
      context.diagnostic(`${clients.length} rude clients, MB in memory after each crowd: ${megabytes}`)
      assert.ok(bytes.at(-1)! - bytes[2]! < grownBytesMax, `memory grows with each crowd: ${megabytes} MB`)
    } finally {
      for (const client of clients) client.end()
    }
    await checkServed(weir, 2 + crowds)
    assert.deepEqual(processesOf(weir.pid()), before, 'no process was started anew')
  },
)

function bytesOf(processes: readonly FoundProcess[]): number {
  return processes.reduce((sum, { pid }) => sum + residentBytes(pid), 0)
}
