import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { countingFiles } from '../../../test/support/counting-files.ts'
import { damageBatch } from '../../../test/support/damage-batch.ts'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { readForward } from '../reader/read-forward.ts'
import { BatchBuilder } from '../protocol/records/batch-builder.ts'

function batchOf(value: string): Buffer {
  const builder = new BatchBuilder()
  builder.append(Buffer.from(value), null, Date.now())
  return builder.finish()
}

const produce = (client: KafkaClient, partition: number, value: string) =>
  client.produce({ topic: 'orders', partition, batch: batchOf(value), acks: 'all' })

async function fetchAt(client: KafkaClient, partition: number, offset: number) {
  const [answer] = await client.fetch({ topic: 'orders', partitions: [{ partition, offset }], waitMs: 0 })
  return answer!
}

async function readWhole(client: KafkaClient, partition: number): Promise<void> {
  for await (const chunk of readForward(client, { topic: 'orders', from: new Map([[partition, 0]]) }))
    assert.equal(chunk.partition, partition)
}

const clientOf = (log: RunningBroker) => connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })

void test('INV-L1, INV-L3: a damaged partition is refused where it is damaged, shown, and given up only by the operator', async () => {
  await using log = await runBroker()
  let client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 2 }])
  for (const partition of [0, 1]) for (let at = 0; at < 5; at++) await produce(client, partition, `v${at}`)
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  await client.close()
  await log.broker.stop()
  const file = damageBatch(log.directory, id, 0, 2)
  const damaged = readFileSync(file)
  await log.start()
  client = await clientOf(log)

  const [first, second] = log.broker.status().topics[0]!.partitions
  assert.match(first!.trouble ?? '', /^WEIR-3007 orders-0 is damaged from offset 2 to 3 /)
  assert.equal(second!.trouble, undefined)
  const gauge = log.broker.metrics.getSingleMetric('weir_log_troubled_partitions')!
  await waitUntil('the metric counts it', async () => (await gauge.get()).values[0]?.value === 1)
  assert.equal((await fetchAt(client, 0, 2)).errorCode, kafkaErrors.CORRUPT_MESSAGE)
  for (const [partition, offset] of [
    [0, 0],
    [0, 3],
    [1, 2],
  ] as const)
    assert.equal((await fetchAt(client, partition, offset)).errorCode, 0, `partition ${partition} offset ${offset}`)
  await assert.rejects(readWhole(client, 0), {
    message: /^offset 2 of partition 0 of topic orders: .*CORRUPT_MESSAGE/,
  })
  for (const partition of [0, 1]) assert.equal((await produce(client, partition, 'v5')).baseOffset, 5)
  assert.deepEqual(readFileSync(file), damaged)

  // The operator's way out, with somebody else's tool.
  const admin = new kafkajs.Kafka({ brokers: [log.bootstrap], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  // It asks for the leaders only here.
  await admin.fetchTopicOffsets('orders')
  await admin.deleteTopicRecords({ topic: 'orders', partitions: [{ partition: 0, offset: '3' }] })
  await admin.disconnect()
  assert.equal(log.broker.status().topics[0]!.partitions[0]!.trouble, undefined)
  assert.equal((await fetchAt(client, 0, 2)).errorCode, kafkaErrors.OFFSET_OUT_OF_RANGE)
  await client.close()
  await log.restart()
  const after = log.broker.status().topics[0]!.partitions[0]!
  assert.deepEqual([after.startOffset, after.endOffset, after.trouble], [3, 6, undefined])
})

void test('a damaged partition that nobody uses goes on being shown', async () => {
  const disk = countingFiles(nodeFiles)
  const limits = { retentionCheckIntervalMs: 10, checkpointIntervalMs: 10, partitionRestMs: 30 }
  await using log = await runBroker({ files: disk.files, config: { limits } })
  const client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 2 }])
  for (const partition of [0, 1]) for (let at = 0; at < 5; at++) await produce(client, partition, `v${at}`)
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  await client.close()
  await log.broker.stop()
  damageBatch(log.directory, id, 0, 2)
  await log.start()
  const used = await clientOf(log)
  await fetchAt(used, 1, 0)
  await used.close()
  await waitUntil('what rests is closed: the log of groups and the damaged one are left', () => disk.open <= 3)
  for (const seenAt = performance.now(); performance.now() < seenAt + 200; await pause(10))
    assert.match(log.broker.status().topics[0]!.partitions[0]!.trouble ?? 'nothing', /^WEIR-3007 orders-0 is damaged/)
})

void test('a consumer that nobody here wrote stops at damage with an error, and skips nothing', async () => {
  await using log = await runBroker()
  let client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  for (let at = 0; at < 5; at++) await produce(client, 0, `v${at}`)
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  await client.close()
  await log.broker.stop()
  damageBatch(log.directory, id, 0, 2)
  await log.start()
  client = await clientOf(log)
  const kafka = new kafkajs.Kafka({
    brokers: [log.bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 10 },
  })
  const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 50 })
  const seen: string[] = []
  const crashed = Promise.withResolvers<Error>()
  consumer.on('consumer.crash', ({ payload }) => crashed.resolve(payload.error))
  await consumer.connect()
  await consumer.subscribe({ topic: 'orders', fromBeginning: true })
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
  assert.match(String(await crashed.promise), /CRC|corrupt|Retries/i)
  assert.deepEqual([...new Set(seen)], ['v0', 'v1'])
  await consumer.disconnect()
  await client.close()
})
