import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { chosenSeed } from './chosen-seed.ts'
import { goldenExchanges } from '../support/golden-exchanges.ts'
import { frameDamage, mutateFrame } from '../support/mutate-frame.ts'
import { runBroker } from '../support/running-broker.ts'
import { waitUntil } from '../support/wait-until.ts'

const requests = 1500
const atOnce = 30
const waitMs = 250
const memoryMax = 500 * 1024 * 1024

type Outcome = 'answered' | 'closed' | 'waits'

/** Sends one frame and looks what comes of it; what only waits is left by the client. */
async function outcomeOf(port: number, frame: Buffer): Promise<Outcome> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  const length = Buffer.alloc(4)
  length.writeInt32BE(frame.length)
  const answered = once(socket, 'data').then(() => 'answered' as const)
  const closed = once(socket, 'close').then(() => 'closed' as const)
  socket.write(Buffer.concat([length, frame]))
  const waits = new Promise<Outcome>((resolve) => setTimeout(() => resolve('waits'), waitMs))
  try {
    return await Promise.race([answered, closed, waits])
  } finally {
    answered.catch(() => undefined)
    socket.destroy()
  }
}

void test('damaged requests of real clients are answered, or their connection is closed with a reason in the log', async (t) => {
  const lines: { readonly level: number; readonly reason?: string; readonly msg: string }[] = []
  const logger = pino(
    { level: 'warn' },
    { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) },
  )
  await using log = await runBroker({ logger })
  const { port } = log.broker
  const seed = chosenSeed(t)
  const frames = fc.sample(
    fc
      .tuple(fc.constantFrom(...goldenExchanges), frameDamage)
      .map(([{ request }, damage]) => mutateFrame(request, damage, true)),
    { numRuns: requests, seed },
  )
  const counts = { answered: 0, closed: 0, waits: 0 }
  for (let at = 0; at < frames.length; at += atOnce)
    for (const outcome of await Promise.all(frames.slice(at, at + atOnce).map((frame) => outcomeOf(port, frame))))
      counts[outcome]++
  t.diagnostic(JSON.stringify(counts))
  assert.ok(counts.answered > 100 && counts.closed > 100, JSON.stringify(counts))
  await waitUntil('all connections are let go', () => log.broker.status().connections === 0)
  const reasons = lines.filter(({ reason }) => reason)
  assert.ok(reasons.length >= counts.closed, `${reasons.length} reasons for ${counts.closed} ends`)
  // What is logged as an error is a defect of the log's own.
  assert.deepEqual(
    lines.filter(({ level }) => level >= 50),
    [],
  )
  assert.ok(process.memoryUsage().rss < memoryMax, `${process.memoryUsage().rss} bytes`)
  const client = await connectKafka({ bootstrap: log.bootstrap, clientId: 'well-behaved' })
  await client.topics.create([{ name: 'still-there', partitions: 1 }])
  await client.close()
})
