import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../../test/support/running-broker.ts'
import { connectKafka } from '../../../client/connect.ts'
import { alterClientQuotasApi } from '../../../protocol/apis/alter-client-quotas.ts'
import { createTopicsApi } from '../../../protocol/apis/create-topics.ts'
import { fetchApi } from '../../../protocol/apis/fetch.ts'
import { metadataApi } from '../../../protocol/apis/metadata.ts'
import { produceApi } from '../../../protocol/apis/produce.ts'
import { decodeResponse, encodeRequest } from '../../../protocol/messages.ts'
import { BatchBuilder } from '../../../protocol/records/batch-builder.ts'
import { dialBroker } from '../../../../../test/support/dial-broker.ts'

async function limit(port: number, key: string, value: number, user = 'ANONYMOUS'): Promise<void> {
  const entity = [{ entityType: 'user', entityName: user }]
  const { entries } = await askKafka(port, alterClientQuotasApi, 1, {
    entries: [{ entity, ops: [{ key, value, remove: false }] }],
  })
  assert.equal(entries[0]!.errorCode, 0)
}

type Dialed = Awaited<ReturnType<typeof dialBroker>>

function batchOf(bytes: number): Buffer {
  const builder = new BatchBuilder(10_000_000)
  builder.append(Buffer.alloc(bytes, 'x'), null, Date.now())
  return builder.finish()
}

void test('who sends too much is told how long to wait, and is not read from until then (KIP-219)', async () => {
  await using log = await runBroker()
  const setUp = await connectKafka({ bootstrap: log.bootstrap })
  await setUp.topics.create([{ name: 'orders', partitions: 1 }])
  await setUp.close()
  await limit(log.broker.port, 'producer_byte_rate', 100_000)
  const client = await dialBroker(log)
  const produce = {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batchOf(1_050_000) }] }],
  }
  const answer = await client.ask(produceApi, 7, produce)
  assert.equal(answer.responses[0]!.partitionResponses[0]!.errorCode, 0)
  // 1.05 MB in ten seconds where one may send 1 MB: half a second more.
  assert.ok(answer.throttleTimeMs > 450 && answer.throttleTimeMs < 700, String(answer.throttleTimeMs))
  const started = performance.now()
  await client.ask(metadataApi, 4, { topics: [] })
  const waited = performance.now() - started
  assert.ok(waited > answer.throttleTimeMs - 50, `${waited} of ${answer.throttleTimeMs} ms`)
  const metric = await log.broker.metrics.getSingleMetric('weir_log_throttled_requests_total')!.get()
  assert.deepEqual(metric.values[0]!.labels, { quota: 'producer_byte_rate' })
  client.socket.destroy()
})

void test('who fetches too much gets nothing for now, and all of it later', async () => {
  await using log = await runBroker()
  const setUp = await connectKafka({ bootstrap: log.bootstrap })
  await setUp.topics.create([{ name: 'orders', partitions: 1 }])
  for (let batch = 0; batch < 12; batch++)
    await setUp.produce({ topic: 'orders', partition: 0, batch: batchOf(100_000) })
  await setUp.close()
  await limit(log.broker.port, 'consumer_byte_rate', 100_000)
  const client = await dialBroker(log)
  const fetch = async (fetchOffset: number) => {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 10_000_000 }]
    const body = {
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 10_000_000,
      topics: [{ topic: 'orders', partitions }],
    }
    const { responses, throttleTimeMs } = await client.ask(fetchApi, 4, body)
    return { throttleTimeMs, bytes: responses[0]?.partitions[0]?.records?.length ?? 0 }
  }
  const first = await fetch(0)
  // No more than the quota has in ten windows.
  assert.deepEqual([first.throttleTimeMs, first.bytes < 1_000_000, first.bytes > 850_000], [0, true, true])
  const second = await fetch(9)
  assert.ok(second.throttleTimeMs > 0 && second.bytes === 0)
  client.socket.destroy()
})

/** What a user may send or get at once before its rate counts: that of ten windows. */
const burstSeconds = 10

/** Four connections of one user, which heed no throttle time, for some seconds; longer where the machine is slow. */
async function moveGreedily(log: RunningBroker, bytesMin: number, move: (client: Dialed) => Promise<number>) {
  const started = performance.now()
  const seconds = (): number => (performance.now() - started) / 1000
  let moved = 0
  await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const client = await dialBroker(log)
      while (moved < bytesMin || seconds() < 2.5) moved += await move(client)
      client.socket.destroy()
    }),
  )
  return { moved, seconds: seconds() }
}

void test('however many connections a user has, and whatever they heed, it gets the bytes of its quota and no more', async () => {
  await using log = await runBroker()
  const setUp = await connectKafka({ bootstrap: log.bootstrap })
  await setUp.topics.create([{ name: 'orders', partitions: 1 }])
  await setUp.close()
  const rate = 400_000
  const records = batchOf(100_000)
  await limit(log.broker.port, 'producer_byte_rate', rate)
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  const produced = await moveGreedily(log, 9 * rate, async (client) => {
    const answer = await client.ask(produceApi, 7, { acks: -1, timeoutMs: 1000, topicData })
    assert.equal(answer.responses[0]!.partitionResponses[0]!.errorCode, 0)
    return records.length
  })
  await limit(log.broker.port, 'consumer_byte_rate', rate)
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }]
  const fetch = { replicaId: -1, maxWaitMs: 100, minBytes: 1, maxBytes: 100_000 }
  const fetched = await moveGreedily(log, 9 * rate, async (client) => {
    const { responses } = await client.ask(fetchApi, 4, { ...fetch, topics: [{ topic: 'orders', partitions }] })
    return responses[0]?.partitions[0]?.records?.length ?? 0
  })
  // Each of the four was let in before it was over.
  for (const { moved, seconds } of [produced, fetched])
    assert.ok(moved - 4 * records.length <= rate * (burstSeconds + 1 + seconds), `${moved} bytes in ${seconds} s`)
})

void test('our own client waits where a quota is used up, and reads on behind that', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  for (let batch = 0; batch < 12; batch++)
    await client.produce({ topic: 'orders', partition: 0, batch: batchOf(100_000) })
  const read = async (offset: number, bytesMax: number) =>
    (await client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset }], bytesMax }))[0]!
  await limit(log.broker.port, 'consumer_byte_rate', 1_000_000)
  await read(0, 850_000)
  await limit(log.broker.port, 'consumer_byte_rate', 86_000)
  const started = performance.now()
  const { records, highWatermark } = await read(8, 150_000)
  assert.ok(records.length > 0 && highWatermark === 12)
  assert.ok(performance.now() - started > 200)
  await client.close()
  const metric = await log.broker.metrics.getSingleMetric('weir_log_throttled_requests_total')!.get()
  assert.deepEqual(metric.values[0]!.labels, { quota: 'consumer_byte_rate' })
})

void test('partitions beyond the quota are refused to clients that understand it, and made later', async () => {
  await using log = await runBroker()
  await limit(log.broker.port, 'controller_mutation_rate', 1)
  const create = (name: string, apiVersion: number) =>
    askKafka(log.broker.port, createTopicsApi, apiVersion, {
      topics: [{ name, numPartitions: 12, replicationFactor: -1, assignments: [], configs: [] }],
      timeoutMs: 1000,
      validateOnly: false,
    })
  const first = await create('a', 6)
  assert.deepEqual([first.topics[0]!.errorCode, first.throttleTimeMs], [0, 0])
  const second = await create('b', 6)
  assert.deepEqual([second.topics[0]!.errorCode, second.throttleTimeMs > 500], [89, true])
  const old = await create('c', 5)
  assert.deepEqual([old.topics[0]!.errorCode, old.throttleTimeMs > 10_000], [0, true])
})

void test('the time that requests had the thread counts, and what is answered stays in order', async () => {
  await using log = await runBroker()
  await limit(log.broker.port, 'request_percentage', 0.000001)
  const client = await dialBroker(log)
  const asks = [1, 2, 3].flatMap((correlationId) =>
    encodeRequest(metadataApi, { apiVersion: 4, correlationId, clientId: 'x' }, { topics: [] }),
  )
  for (const part of asks) client.socket.write(part)
  const started = performance.now()
  const answers = [await client.frame(), await client.frame(), await client.frame()].map((frame) =>
    decodeResponse(metadataApi, 4, frame),
  )
  assert.deepEqual(
    answers.map(({ correlationId }) => correlationId),
    [1, 2, 3],
  )
  const throttled = answers[0]!.body.throttleTimeMs + answers[1]!.body.throttleTimeMs
  assert.ok(throttled > 0 && performance.now() - started > throttled - 100)
  client.socket.destroy()
})
