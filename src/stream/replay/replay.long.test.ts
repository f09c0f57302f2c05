import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker } from '../../../test/support/running-broker.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { readBounds } from '../reader/place.ts'
import { readForward } from '../reader/read-forward.ts'
import type { ReadRecord } from '../reader/read-record.ts'
import { beginReplay, type ReplayRequest } from './begin-replay.ts'
import { isDone } from './replay-state.ts'
import { replayStream, type ReplayOptions } from './replay-stream.ts'
import type { ReplayResult } from './replay.ts'

async function readTopic(client: KafkaClient, topic: string): Promise<ReadRecord[]> {
  const { starts, ends } = await readBounds(client, topic)
  const found: ReadRecord[] = []
  for await (const { records } of readForward(client, { topic, from: starts, until: ends })) found.push(...records)
  return found
}

const request = (from: string, to: string, more: Partial<ReplayRequest> = {}): ReplayRequest => ({
  from,
  to,
  said: '',
  begin: 'start',
  end: 'end',
  filter: {},
  again: false,
  ...more,
})

async function replay(client: KafkaClient, wanted: ReplayRequest, options?: ReplayOptions): Promise<ReplayResult> {
  const { replay: found, state } = await beginReplay(client, wanted)
  return replayStream(client, found, state, options)
}

async function fill(client: KafkaClient, topic: string, count: number, partitions: number): Promise<void> {
  // The times of the records are long ago.
  await client.topics.create([{ name: topic, partitions, configs: { 'retention.ms': '-1' } }])
  const producer = await client.createProducer({ topic, compression: 'lz4', batchBytesMax: 3000 })
  for (let at = 0; at < count; at++)
    await producer.send({
      key: at % 5 === 0 ? null : `key-${at % 13}`,
      value: at % 17 === 0 ? null : `value ${at} ${'x'.repeat(at % 50)}`,
      partition: at % partitions,
      timestampMs: 1_700_000_000_000 + at * 1000,
      headers: at % 3 === 0 ? [{ key: 'h', value: Buffer.from(String(at)) }] : [],
    })
  await producer.close()
}

const shown = ({ key, value, timestampMs, headers }: ReadRecord): string =>
  JSON.stringify([
    key && String(key),
    value && String(value),
    timestampMs,
    headers.map((header) => String(header.value)),
  ])

void test('keys, headers, times, tombstones and partitions are kept; by key, records go where a producer would send them', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 1000, 3)
  for (const [to, partitions] of [
    ['same', 3],
    ['fewer', 2],
  ] as const) {
    await client.topics.create([{ name: to, partitions, configs: { 'retention.ms': '-1' } }])
    const result = await replay(client, request('orders', to))
    assert.deepEqual([result.done, result.copied, result.position], [true, 1000, result.total])
    const [source, copy] = [await readTopic(client, 'orders'), await readTopic(client, to)]
    assert.deepEqual(copy.map(shown).toSorted(), source.map(shown).toSorted())
    if (to === 'same') {
      const places = (records: ReadRecord[]) =>
        new Set(records.map((one) => `${one.partition}/${one.offset} ${shown(one)}`))
      assert.deepEqual(places(copy), places(source))
    }
    // Records of a key of one partition keep their order.
    for (const key of ['key-1', 'key-12']) {
      const of = (records: ReadRecord[], partition: number) =>
        records.filter((one) => String(one.key) === key && one.timestampMs % 3000 === partition * 1000).map(shown)
      for (const partition of [0, 1, 2]) assert.deepEqual(of(copy, partition), of(source, partition))
    }
  }
  await client.close()
})

void test('the same request again does nothing, with `again` all of it; a filter and a range choose', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 100, 1)
  await client.topics.create([{ name: 'copy', partitions: 1 }])
  const chosen = { filter: { key: 'key-4' }, begin: { offset: 10 }, end: { timestampMs: 1_700_000_050_000 } } as const
  assert.equal((await replay(client, request('orders', 'copy', chosen))).copied, 2)
  const again = await beginReplay(client, request('orders', 'copy', chosen))
  assert.deepEqual([again.resumed, isDone(again.state)], [true, true])
  assert.equal((await replay(client, request('orders', 'copy', { ...chosen, again: true }))).copied, 2)
  assert.deepEqual(
    (await readTopic(client, 'copy')).map(({ timestampMs }) => (timestampMs - 1_700_000_000_000) / 1000),
    [17, 43, 17, 43],
  )
  await client.close()
})

void test('records of open and aborted transactions are not copied', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 10, 1)
  const { Kafka, logLevel } = await import('kafkajs')
  const kafka = new Kafka({ brokers: [log.bootstrap], logLevel: logLevel.NOTHING })
  const producer = kafka.producer({ transactionalId: 't', maxInFlightRequests: 1, idempotent: true })
  await producer.connect()
  const aborted = await producer.transaction()
  await aborted.send({ topic: 'orders', messages: [{ value: 'aborted' }] })
  await aborted.abort()
  const committed = await producer.transaction()
  await committed.send({ topic: 'orders', messages: [{ value: 'committed' }] })
  await committed.commit()
  await producer.disconnect()
  await client.topics.create([{ name: 'copy', partitions: 1 }])
  assert.equal((await replay(client, request('orders', 'copy'))).done, true)
  const values = (await readTopic(client, 'copy')).map(({ value }) => value && String(value))
  assert.deepEqual([values.length, values.at(-1), values.includes('aborted')], [11, 'committed', false])
  await client.close()
})

void test('INV-Y1: a replay that is cut off anywhere, again and again, copies each record once and in order', async (t) => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  const seed = Date.now() >>> 0
  t.diagnostic(`seed ${seed}`)
  const random = seededRandom(seed)
  await fill(client, 'orders', 24_000, 3)
  const source = await readTopic(client, 'orders')
  const [to, partitions] = ['copy', 2]
  await client.topics.create([{ name: to, partitions, configs: { 'retention.ms': '-1' } }])
  let cuts = 0
  for (let isDone = false; !isDone;) {
    const through = await connectKafka({ bootstrap: log.bootstrap })
    // As a kill does: what is in flight may be written, what was read and not sent is gone.
    const cut = setTimeout(() => void through.close(), 20 + random.pick(80) + 5 * cuts)
    try {
      isDone = (await replay(through, request('orders', to), { checkpointBytes: 100_000 })).done
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'WEIR-3101', String(error))
      cuts++
    }
    clearTimeout(cut)
    await through.close()
  }
  t.diagnostic(`${cuts} cuts into ${partitions} partitions`)
  const copy = await readTopic(client, to)
  assert.equal(copy.length, source.length)
  assert.deepEqual(new Set(copy.map(shown)), new Set(source.map(shown)))
  for (const partition of [0, 1, 2]) {
    const keyed = (records: ReadRecord[]) =>
      records.filter(
        (one) => String(one.key) === 'key-7' && ((one.timestampMs - 1_700_000_000_000) / 1000) % 3 === partition,
      )
    assert.deepEqual(keyed(copy).map(shown), keyed(source).map(shown))
  }
  await client.close()
})

void test('INV-Y2: a source that changed since is refused, not guessed at', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 1000, 1)
  await client.topics.create([{ name: 'copy', partitions: 1 }])
  const { replay: found, state } = await beginReplay(client, request('orders', 'copy'))
  const through = await connectKafka({ bootstrap: log.bootstrap })
  let sent = 0
  const createProducer: KafkaClient['createProducer'] = async (options) => {
    const producer = await through.createProducer(options)
    return {
      ...producer,
      async flush() {
        const flushed = await producer.flush()
        sent = flushed.records
        // Killed after the records, before the state.
        throw new Error('killed')
      },
    }
  }
  await assert.rejects(replayStream({ ...through, createProducer }, found, state), /killed/)
  await through.close()
  assert.equal(sent, 1000)
  await client.topics.deleteRecords('orders', new Map([[0, 500]]))
  await assert.rejects(replay(client, request('orders', 'copy')), { code: 'WEIR-3123' })
  await client.close()
})

void test('INV-Y3: two runs at the same time write nothing twice; one that the broker cannot follow is refused', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 8000, 1)
  await client.topics.create([{ name: 'copy', partitions: 1 }])
  const first = await beginReplay(client, request('orders', 'copy'))
  const options = { checkpointBytes: 100_000, signal: AbortSignal.timeout(5) }
  await replayStream(client, first.replay, first.state, options)
  const { replay: found, state } = await beginReplay(client, request('orders', 'copy'))
  const runs = await Promise.allSettled(
    [1, 2].map(() => replayStream(client, found, state, { checkpointBytes: 100_000 })),
  )
  const refused = runs.filter((run) => run.status === 'rejected').map(({ reason }) => (reason as { code: string }).code)
  assert.ok(
    refused.every((code) => code === 'WEIR-3123'),
    refused.join(),
  )
  await replay(client, request('orders', 'copy'))
  const [source, copy] = [await readTopic(client, 'orders'), await readTopic(client, 'copy')]
  assert.deepEqual(copy.map(shown), source.map(shown))
  await client.close()
})

void test('what cannot be is refused before anything is copied', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await fill(client, 'orders', 10, 3)
  await client.topics.create([{ name: 'one', partitions: 1 }])
  await assert.rejects(beginReplay(client, request('orders', 'orders')), { code: 'WEIR-2009' })
  await assert.rejects(beginReplay(client, request('orders', 'none')), { code: 'WEIR-2011' })
  await assert.rejects(beginReplay(client, request('orders', 'one', { partitioning: 'same' })), { code: 'WEIR-2009' })
  await client.groups.commit('weir-replay.mine', [{ topic: 'orders', partition: 0, offset: 1 }])
  await assert.rejects(beginReplay(client, request('orders', 'one', { name: 'mine' })), { code: 'WEIR-3123' })
  await client.close()
})
