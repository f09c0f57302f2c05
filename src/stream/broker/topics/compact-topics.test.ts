import assert from 'node:assert/strict'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { unsyncedFiles } from '../../../../test/support/unsynced-files.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'

const limits = { compactionCheckIntervalMs: 10, retentionCheckIntervalMs: 10, checkpointIntervalMs: 10 }
const clientOf = (log: RunningBroker): Promise<KafkaClient> =>
  connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })

async function produce(client: KafkaClient, key: string, value: string, timestamp = 1000): Promise<void> {
  const builder = new BatchBuilder()
  builder.append(Buffer.from(value), Buffer.from(key), timestamp)
  await client.produce({ topic: 'prices', partition: 0, batch: builder.finish(), acks: 'all' })
}

async function readAll(client: KafkaClient): Promise<string[]> {
  const found: string[] = []
  for (let offset = 0; ;) {
    const [answer] = await client.fetch({ topic: 'prices', partitions: [{ partition: 0, offset }], waitMs: 0 })
    for (const { at, header } of batchesIn(answer!.records)) {
      offset = header.baseOffset + header.lastOffsetDelta + 1
      const records = openRecords(answer!.records, at, header)
      const text = (start: number, end: number): string => records.buffer.toString('utf8', start, end)
      while (records.next())
        found.push(
          `${records.offset} ${text(records.keyStart, records.keyEnd)}=${text(records.valueStart, records.valueEnd)}`,
        )
    }
    if (offset >= answer!.highWatermark) return found
  }
}

void test('a compacted topic keeps the last record of each key, and the log does it by itself', async () => {
  await using log = await runBroker({ files: unsyncedFiles, config: { limits } })
  let client = await clientOf(log)
  const configs = { 'cleanup.policy': 'compact', 'internal.segment.bytes': '400', 'min.cleanable.dirty.ratio': '0.1' }
  await client.topics.create([{ name: 'prices', partitions: 1, configs }])
  for (let at = 0; at < 40; at++) await produce(client, `key-${at % 4}`, `${at}`)
  await waitUntil('the old records are gone', async () => (await readAll(client)).length < 12)
  const last = ['36 key-0=36', '37 key-1=37', '38 key-2=38', '39 key-3=39']
  assert.deepEqual((await readAll(client)).slice(-4), last)
  await client.close()
  await log.restart()
  client = await clientOf(log)
  assert.deepEqual((await readAll(client)).slice(-4), last)
  await client.close()
})

void test('a compacted topic that nobody writes to any more is sealed by its age, and compacted within its largest lag', async () => {
  let now = 1_800_000_000_000
  await using log = await runBroker({
    files: unsyncedFiles,
    config: { limits: { ...limits, partitionRestMs: 20 } },
    clock: { ...systemClock, now: () => now },
  })
  const client = await clientOf(log)
  const configs = { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': '60000' }
  await client.topics.create([{ name: 'prices', partitions: 1, configs }])
  for (let at = 0; at < 10; at++) await produce(client, 'key', `${at}`, now)
  now += 59_000
  await produce(client, 'other', 'x', now)
  assert.equal((await readAll(client)).length, 11)
  now += 2000
  await waitUntil('what was outdone is gone', async () => (await readAll(client)).length === 2)
  assert.deepEqual(await readAll(client), ['9 key=9', '10 other=x'])
  await client.close()
})

void test('compact,delete: retention takes what is old, keys or not', async () => {
  let now = 1_800_000_000_000
  await using log = await runBroker({
    files: unsyncedFiles,
    config: { limits },
    clock: { ...systemClock, now: () => now },
  })
  const client = await clientOf(log)
  const configs = { 'cleanup.policy': 'compact,delete', 'internal.segment.bytes': '300', 'retention.ms': '60000' }
  await client.topics.create([{ name: 'prices', partitions: 1, configs }])
  for (let at = 0; at < 10; at++) await produce(client, `key-${at}`, 'x', now)
  // Before the others are old: else they could go without it, and the last segment with them.
  await produce(client, 'key-10', 'x', now + 61_000)
  now += 61_000
  // Four records a segment.
  await waitUntil('the old ones are gone', () => log.broker.status().topics[0]?.partitions[0]?.startOffset === 8)
  await client.close()
})

void test('consumers that nobody here wrote pass over what was compacted, from every offset', async () => {
  await using log = await runBroker({ files: unsyncedFiles, config: { limits } })
  const client = await clientOf(log)
  const configs = { 'cleanup.policy': 'compact', 'internal.segment.bytes': '1500', 'min.cleanable.dirty.ratio': '0.1' }
  await client.topics.create([{ name: 'prices', partitions: 1, configs }])
  for (let at = 0; at < 60; at++) await produce(client, `key-${at < 30 ? at : 1}`, `${at}`)
  await waitUntil('compacted', async () => (await readAll(client)).length < 45)
  const expected = (await readAll(client)).map((line) => line.split(' ')[1])
  const kafka = new kafkajs.Kafka({ brokers: [log.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 50 })
  const seen: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic: 'prices', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => void seen.push(`${String(message.key)}=${String(message.value)}`),
  })
  await waitUntil('all are read', () => seen.length >= expected.length)
  assert.deepEqual(seen, expected)
  // In the middle of what was compacted.
  consumer.seek({ topic: 'prices', partition: 0, offset: '40' })
  await waitUntil('the last is read again', () => seen.length > expected.length && seen.at(-1) === expected.at(-1))
  await consumer.disconnect()
  await client.close()
})
