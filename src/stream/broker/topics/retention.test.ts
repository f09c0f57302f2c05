import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { hasValidChecksum } from '../../protocol/records/batch-header.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'

const dayMs = 86_400_000
const limits = { retentionCheckIntervalMs: 10, segmentsOpenMax: 2 }

function batchAt(timestamp: number): Buffer {
  const builder = new BatchBuilder()
  builder.append(Buffer.alloc(2000, 'v'), Buffer.from('key'), timestamp)
  return builder.finish()
}

const append = (client: KafkaClient, timestamp: number) =>
  client.produce({ topic: 'orders', partition: 0, batch: batchAt(timestamp), acks: 'all' })
const partition = ({ broker }: RunningBroker) => broker.status().topics[0]!.partitions[0]!

/** Reads from where the log begins to its end, over and over; what is wrong with an answer fails the test. */
async function readOverAndOver(
  client: KafkaClient,
  ended: () => boolean,
): Promise<{ reads: number; overtaken: number }> {
  const counts = { reads: 0, overtaken: 0 }
  for (let offset = 0; !ended();) {
    const request = { topic: 'orders', partitions: [{ partition: 0, offset, bytesMax: 3000 }], waitMs: 0 }
    const [answer] = await client.fetch(request)
    counts.reads++
    if (answer!.errorCode === kafkaErrors.OFFSET_OUT_OF_RANGE) {
      assert.ok(offset < answer!.logStartOffset, `${offset} was refused, though ${answer!.logStartOffset} is the start`)
      counts.overtaken++
      offset = answer!.logStartOffset
      continue
    }
    assert.equal(answer!.errorCode, 0)
    for (const { at, header } of batchesIn(answer!.records)) {
      assert.ok(hasValidChecksum(answer!.records, at, header.byteLength))
      assert.equal(header.baseOffset, offset, 'nothing is skipped')
      offset = header.baseOffset + 1
    }
    if (offset >= answer!.highWatermark) offset = answer!.logStartOffset
  }
  return counts
}

void test('retention by size under readers: each reads what is there, or hears that it is gone', async () => {
  await using log = await runBroker({ config: { limits } })
  const clients = await Promise.all(
    [0, 1, 2, 3].map(() => connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })),
  )
  const [writer, ...readers] = clients as [KafkaClient, ...KafkaClient[]]
  const configs = { 'internal.segment.bytes': '4500', 'retention.bytes': '20000', 'retention.ms': '-1' }
  await writer.topics.create([{ name: 'orders', partitions: 1, configs }])
  await append(writer, Date.now())
  let isEnded = false
  const reading = Promise.all(readers.map((reader) => readOverAndOver(reader, () => isEnded)))
  for (let at = 0; at < 60; at++) await append(writer, Date.now())
  await waitUntil('old segments are gone', () => partition(log).startOffset >= 45)
  isEnded = true
  for (const { reads } of await reading) assert.ok(reads > 3, `only ${reads} reads`)
  // Whole segments go as long as what stays is at least the retention.
  const { bytes } = partition(log)
  assert.ok(bytes >= 20_000 && bytes < 20_000 + 2 * 4500, `${bytes} bytes stay`)
  await Promise.all(clients.map((client) => client.close()))
})

void test('retention by time takes segments whose last record is old, the active one too, and no offset comes again', async () => {
  let now = 1_800_000_000_000
  await using log = await runBroker({ config: { limits }, clock: { ...systemClock, now: () => now } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  const configs = {
    'internal.segment.bytes': '4500',
    'retention.ms': String(2 * dayMs),
    'message.timestamp.after.max.ms': String(10 * dayMs),
  }
  await client.topics.create([{ name: 'orders', partitions: 1, configs }])
  const start = now
  // Two records a segment: those of day 0 and 1, of 2 and 3, of 4 and 5.
  for (let day = 0; day < 6; day++) await append(client, start + day * dayMs)
  now = start + 4 * dayMs - 1
  await waitUntil('the first segment is gone', () => partition(log).startOffset === 2)
  const waiting = client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset: 6 }], waitMs: 10_000 })
  now = start + 8 * dayMs
  await waitUntil('all segments are gone', () => partition(log).startOffset === 6 && partition(log).bytes === 0)
  assert.deepEqual([partition(log).endOffset, partition(log).bytes], [6, 0])
  assert.equal((await append(client, now)).baseOffset, 6)
  const [answer] = await waiting
  assert.equal([...batchesIn(answer!.records)][0]?.header.baseOffset, 6, 'who waited at the end gets what comes next')
  await client.close()
  await log.restart()
  assert.deepEqual([partition(log).startOffset, partition(log).endOffset], [6, 7])
})

void test('a compacted topic and one without limits keep everything', async () => {
  let now = 1_800_000_000_000
  await using log = await runBroker({ config: { limits }, clock: { ...systemClock, now: () => now } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  await client.topics.create([
    { name: 'kept', partitions: 1, configs: { 'retention.ms': '-1' } },
    { name: 'compacted', partitions: 1, configs: { 'cleanup.policy': 'compact' } },
    { name: 'orders', partitions: 1, configs: {} },
  ])
  for (const topic of ['kept', 'compacted', 'orders'])
    await client.produce({ topic, partition: 0, batch: batchAt(now), acks: 'all' })
  now += 400 * dayMs
  const startOf = (name: string) => log.broker.status().topics.find((topic) => topic.name === name)!.partitions[0]!
  await waitUntil('the one with the default is empty', () => startOf('orders').startOffset === 1)
  assert.deepEqual([startOf('kept').startOffset, startOf('compacted').startOffset], [0, 0])
  await client.close()
})

void test('INV-L1: records without a time are as old as the file that they lie in, over restarts and in compacted topics, as in Kafka', async () => {
  let now = Date.now()
  await using log = await runBroker({ config: { limits }, clock: { ...systemClock, now: () => now } })
  let client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  const kept = { 'retention.ms': String(2 * dayMs), 'segment.ms': String(100 * dayMs) }
  await client.topics.create([
    { name: 'untimed', partitions: 1, configs: kept },
    {
      name: 'tables',
      partitions: 1,
      configs: { ...kept, 'cleanup.policy': 'compact,delete', 'min.compaction.lag.ms': String(dayMs) },
    },
    { name: 'timed', partitions: 1, configs: kept },
  ])
  const write = (topic: string, timestamp: number) =>
    client.produce({ topic, partition: 0, batch: batchAt(timestamp), acks: 'all' })
  const startOf = (name: string): number =>
    log.broker.status().topics.find((topic) => topic.name === name)!.partitions[0]!.startOffset
  /** Retention goes through all topics, and then moves their starts. */
  const pass = async (): Promise<void> => {
    const { baseOffset } = await write('timed', now - 3 * dayMs)
    await waitUntil('retention has looked', () => startOf('timed') > baseOffset)
  }
  for (const topic of ['untimed', 'tables']) await write(topic, -1)
  await pass()
  now += dayMs
  await pass()
  assert.deepEqual([startOf('untimed'), startOf('tables')], [0, 0])
  await client.close()
  await log.restart()
  client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
  await pass()
  assert.deepEqual([startOf('untimed'), startOf('tables')], [0, 0])
  now += 2 * dayMs
  await waitUntil('they are old', () => startOf('untimed') === 1 && startOf('tables') === 1)
  await client.close()
})
