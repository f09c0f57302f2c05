import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerStatus } from '../../src/stream/broker/broker.ts'
import { limitsOfMemory, logNodeOptions } from '../../src/stream/broker/memory-limits.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { fetchApi } from '../../src/stream/protocol/apis/fetch.ts'
import { encodeRequest } from '../../src/stream/protocol/messages.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import { eventually } from '../support/deadline.ts'
import { goodBeginnings, neverRead, type RudeClient } from './rude-clients.ts'

export interface Load {
  readonly memoryBytes: number
  readonly connections: number
  /** Of them: those that ask for megabytes again and again, and read none. */
  readonly slowReaders: number
  /** Beside them: those that send all but the end of a produce request of megabytes. */
  readonly slowWriters: number
  /** After which they are let go. */
  readonly stallMs: number
  readonly partitions: number
  /** Of the partitions: those that are written to. */
  readonly written: number
  /** What a client that behaves does beside them. */
  readonly rounds: number
}

export interface Loaded {
  /** The most memory that the log's process had. */
  readonly peakBytes: number
  readonly longestMs: number
}

const deadlineMs = 60_000
const requestsOfSlow = 200
const megabyte = 1_000_000

/** Many partitions, many connections, clients that never read: one that behaves is served, and the log stays within its memory. */
export async function loadLog(load: Load): Promise<Loaded> {
  const directory = mkdtempSync(join(tmpdir(), 'weir-loaded-'))
  const limits = limitsOfMemory(load.memoryBytes)
  const config = { limits: { ...limits, stallMs: load.stallMs } }
  const child = fork(new URL('log-killed.ts', import.meta.url), [directory], {
    execArgv: [...process.execArgv, ...logNodeOptions],
    env: { ...process.env, LOG_CONFIG: JSON.stringify(config) },
  })
  const crowd: RudeClient[] = []
  try {
    const [port] = (await once(child, 'message')) as [number]
    const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs })
    const wide = await fill(client, load)
    const topicId = (await client.topics.describe(['large']))[0]!.id
    for (let at = load.slowReaders; at < load.connections; at++) crowd.push(await answeredConnection(port))
    for (let at = 0; at < load.slowReaders; at++) crowd.push(neverRead(port, largeFetch(topicId), requestsOfSlow))
    for (let at = 0; at < load.slowWriters; at++) crowd.push(neverEnd(port))
    // Slow readers have all that they may have.
    await eventually(
      'answers to wait',
      async () => (await held(child)).answerBytes > limits.answerBytesHeldMax / 4 || undefined,
    )
    const longestMs = await behave(client, wide, load.rounds)
    for (const one of crowd.splice(0)) one.end()
    await behave(client, wide, 1)
    await client.close()
    return { peakBytes: peakBytes(child.pid!), longestMs }
  } finally {
    for (const one of crowd) one.end()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Gives the partitions that were written to. */
async function fill(client: KafkaClient, { partitions, written }: Load): Promise<readonly number[]> {
  await client.topics.create([
    { name: 'wide', partitions },
    { name: 'large', partitions: 1 },
  ])
  const some = Array.from({ length: written }, (_, at) => Math.floor((at * partitions) / written))
  for (let at = 0; at < some.length; at += 100)
    await Promise.all(some.slice(at, at + 100).map((partition) => produce(client, 'wide', partition, 100)))
  for (let at = 0; at < 8; at++) await produce(client, 'large', 0, 0.9 * megabyte)
  const [found] = await client.topics.describe(['wide'])
  assert.equal(found?.partitions.length, partitions)
  return some
}

async function produce(client: KafkaClient, topic: string, partition: number, bytes: number): Promise<number> {
  const builder = new BatchBuilder()
  builder.append(Buffer.alloc(bytes, 'v'), null, Date.now())
  return (await client.produce({ topic, partition, batch: builder.finish(), acks: 'all' })).baseOffset
}

function largeFetch(topicId: string): Buffer {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 8 * megabyte }]
  const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 8 * megabyte, topics: [{ topicId, partitions }] }
  return Buffer.concat(encodeRequest(fetchApi, { apiVersion: 13, correlationId: 1, clientId: 'slow' }, body))
}

/** A produce request without its last byte. */
function neverEnd(port: number): RudeClient {
  const bytes = 8 * megabyte
  const request = Buffer.alloc(bytes + 3)
  request.writeInt32BE(bytes)
  request.writeInt16BE(7, 6)
  return neverRead(port, request, 1)
}

async function held(child: ChildProcess): Promise<BrokerStatus['memory']> {
  const answered = once(child, 'message')
  child.send('memory')
  return ((await answered) as [BrokerStatus['memory']])[0]
}

/** Stays open after the answer to its first request. */
async function answeredConnection(port: number): Promise<RudeClient> {
  const socket = connect({ port, host: '127.0.0.1' })
  const answered = once(socket, 'data', { signal: AbortSignal.timeout(deadlineMs) })
  socket.write(goodBeginnings.kafka[0]!)
  await answered
  socket.on('error', () => undefined)
  return { name: 'idle', end: () => socket.destroy() }
}

/** Writes and reads back; how long that took at most. */
async function behave(client: KafkaClient, partitions: readonly number[], rounds: number): Promise<number> {
  let longestMs = 0
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now()
    const partition = partitions[(round * 37) % partitions.length]!
    const offset = await produce(client, 'wide', partition, 1000)
    await eventually('the record to be read back', () => readBack(client, partition, offset), deadlineMs)
    longestMs = Math.max(longestMs, performance.now() - begun)
  }
  return longestMs
}

async function readBack(client: KafkaClient, partition: number, offset: number): Promise<true | undefined> {
  const [answer] = await client.fetch({ topic: 'wide', partitions: [{ partition, offset }], waitMs: 1000 })
  assert.equal(answer!.errorCode, 0)
  return answer!.records.length > 1000 || undefined
}

function peakBytes(pid: number): number {
  return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}
