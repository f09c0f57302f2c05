import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { pino } from 'pino'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { Api } from '../../src/stream/protocol/api.ts'
import { encodeRequest } from '../../src/stream/protocol/messages.ts'
import { apis } from '../../src/stream/protocol/registry.ts'
import { randomBody, type KnownNames } from '../support/random-body.ts'
import { runBroker } from '../support/running-broker.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { waitUntil } from '../support/wait-until.ts'

export interface GeneratedRequests {
  readonly answered: number
  readonly closed: number
  readonly unanswered: number
}

type Outcome = keyof GeneratedRequests

/** They may ask for an answer that takes its time, or for none: Produce, Fetch, JoinGroup, SyncGroup. */
const mayWait = new Set([0, 1, 11, 14])
const patientMs = 60_000
const impatientMs = 150
const atOnce = 20
const grownBytesMax = 400 * 1024 * 1024

/**
 * Requests of each API in each version, of values that lead everywhere, half of them with bytes changed. Each is answered, or its
 * connection is closed and the log says why; memory stays where it is.
 */
export async function sendGenerated(seed: number, rounds: number): Promise<GeneratedRequests> {
  const random = seededRandom(seed)
  const lines: { readonly level: number; readonly reason?: string; readonly msg: string }[] = []
  const logger = pino(
    { level: 'warn' },
    { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) },
  )
  await using log = await runBroker({ logger })
  const known = await fill(log.bootstrap)
  const before = process.memoryUsage().rss
  const counts = { answered: 0, closed: 0, unanswered: 0 }
  const all = apis.flatMap((api) => versionsOf(api).map((version) => ({ api, version })))
  for (let round = 0; round < rounds; round++)
    for (let at = 0; at < all.length; at += atOnce) {
      const some = all.slice(at, at + atOnce).map((one) => ({ ...one, frame: frameOf(one, random, known) }))
      for (const outcome of await Promise.all(some.map((one) => outcomeOf(log.broker.port, one, seed))))
        counts[outcome]++
    }
  await waitUntil('all connections are let go', () => log.broker.status().connections === 0, patientMs)
  const reasons = lines.filter(({ reason }) => reason)
  assert.ok(reasons.length >= counts.closed, `${reasons.length} reasons for ${counts.closed} ends`)
  // What is logged as an error is a defect of the log's own.
  assert.deepEqual(
    lines.filter(({ level }) => level >= 50),
    [],
  )
  const grown = process.memoryUsage().rss - before
  assert.ok(grown < grownBytesMax, `memory grew by ${grown} bytes`)
  await fill(log.bootstrap, 'still-there')
  return counts
}

/** Something that can be asked for. With a group of its own: members that requests made of another would keep this client from committing, as in Kafka. */
async function fill(bootstrap: string, topic = 'orders'): Promise<KnownNames> {
  const group = `group-of-${topic}`
  const client = await connectKafka({ bootstrap, clientId: 'well-behaved', deadlineMs: patientMs })
  try {
    await client.topics.create([{ name: topic, partitions: 2 }])
    const producer = await client.createProducer({ topic })
    await producer.send({ value: 'a value', partition: 0 })
    await producer.close()
    await client.groups.commit(group, [{ topic, partition: 0, offset: 1 }])
    const [{ id } = { id: '' }] = await client.topics.describe([topic])
    return {
      strings: [topic, group, 'a-member', 'a-transaction', 'consumer', 'range', 'retention.ms', 'User:someone'],
      uuids: [id, '00000000-0000-0000-0000-000000000000', '01234567-89ab-4def-8123-456789abcdef'],
    }
  } finally {
    await client.close()
  }
}

function versionsOf({ versions: { min, max } }: Api): readonly number[] {
  return Array.from({ length: max - min + 1 }, (_, at) => min + at)
}

interface Request {
  readonly api: Api
  readonly version: number
}

/** With its length in front, which is right. */
function frameOf({ api, version }: Request, random: Random, known: KnownNames): Buffer {
  const header = { apiVersion: version, correlationId: random.pick(1000), clientId: random.oneOf(['fuzz', null, '']) }
  const frame = Buffer.concat(encodeRequest(api, header, randomBody(api.request, version, random, known)))
  if (random.chance(0.5)) return frame
  // API, version and correlation stay; what follows is changed and cut.
  const cut = random.chance(0.3) ? 12 + random.pick(frame.length - 11) : frame.length
  const broken = Buffer.from(frame.subarray(0, Math.max(12, cut)))
  for (let left = 1 + random.pick(3); left > 0 && broken.length > 12; left--)
    broken[12 + random.pick(broken.length - 12)] = random.oneOf([0, 1, 0x7f, 0x80, 0xff, random.pick(256)])
  broken.writeInt32BE(broken.length - 4)
  return broken
}

async function outcomeOf(
  port: number,
  { api, version, frame }: Request & { readonly frame: Buffer },
  seed: number,
): Promise<Outcome> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  const outcome = new Promise<Outcome>((resolve) => {
    socket.once('data', () => resolve('answered'))
    socket.once('close', () => resolve('closed'))
    setTimeout(() => resolve('unanswered'), mayWait.has(api.key) ? impatientMs : patientMs).unref()
  })
  socket.write(frame)
  const found = await outcome
  socket.destroy()
  if (found === 'unanswered' && !mayWait.has(api.key))
    assert.fail(`${api.name} v${version} is not answered (seed ${seed}): ${frame.toString('hex')}`)
  return found
}
