import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { connectKafka } from '../../client/connect.ts'
import { listOffsetsApi } from '../../protocol/apis/list-offsets.ts'
import { produceApi } from '../../protocol/apis/produce.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { hasValidChecksum } from '../../protocol/records/batch-header.ts'
import { batchesIn, openRecords } from '../../protocol/records/record-cursor.ts'

function batchAt(...timestamps: number[]): Buffer {
  const builder = new BatchBuilder()
  for (const timestamp of timestamps) builder.append(Buffer.from('value'.padEnd(40)), null, timestamp)
  return builder.finish()
}

async function produce(log: RunningBroker, topic: string, records: Buffer) {
  const topicData = [{ name: topic, partitionData: [{ index: 0, records }] }]
  const answer = await askKafka(log.broker.port, produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 1000,
    topicData,
  })
  return answer.responses[0]!.partitionResponses[0]!
}

async function listAt(log: RunningBroker, topic: string, timestamp: number): Promise<[offset: number, time: number]> {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }]
  const answer = await askKafka(log.broker.port, listOffsetsApi, 7, { replicaId: -1, isolationLevel: 0, topics })
  const found = answer.topics[0]!.partitions[0]!
  assert.equal(found.errorCode, 0)
  return [found.offset, found.timestamp]
}

async function createTopic(log: RunningBroker, name: string, configs: Record<string, string>): Promise<void> {
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  await client.topics.create([{ name, partitions: 1, configs }])
  await client.close()
}

void test('with LogAppendTime the log stamps records by its clock, in batches whose checksum holds', async () => {
  let now = 5_000_000
  await using log = await runBroker({ clock: { ...systemClock, now: () => now } })
  await createTopic(log, 'orders', { 'message.timestamp.type': 'LogAppendTime' })
  assert.equal((await produce(log, 'orders', batchAt(1, 2))).logAppendTimeMs, 5_000_000)
  now = 6_000_000
  assert.equal((await produce(log, 'orders', batchAt(9_999_999_999))).logAppendTimeMs, 6_000_000)
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  const [answer] = await client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset: 0 }] })
  const times: number[] = []
  for (const { at, header } of batchesIn(answer!.records)) {
    assert.ok(hasValidChecksum(answer!.records, at, header.byteLength))
    const records = openRecords(answer!.records, at, header)
    while (records.next()) times.push(records.timestamp)
  }
  assert.deepEqual(times, [5_000_000, 5_000_000, 6_000_000])
  assert.deepEqual(await listAt(log, 'orders', 5_000_001), [2, 6_000_000])
  await client.close()
})

void test('with CreateTime the producer stamps records, and the answer says no time', async () => {
  await using log = await runBroker()
  await createTopic(log, 'orders', {})
  assert.equal((await produce(log, 'orders', batchAt(1, 2))).logAppendTimeMs, -1)
  assert.deepEqual(await listAt(log, 'orders', 2), [1, 2])
})

void test('offsets by time at the edges of segments: the first record that is as late, in whichever it lies', async () => {
  await using log = await runBroker()
  // Two batches of two records fill a segment: 0-3, 4-7, 8-11.
  const batchBytes = batchAt(0, 0).length
  await createTopic(log, 'orders', { 'internal.segment.bytes': String(2 * batchBytes), 'retention.ms': '-1' })
  for (let at = 0; at < 6; at++) await produce(log, 'orders', batchAt(1000 + at * 20, 1010 + at * 20))
  const expected: [time: number, offset: number][] = [
    [0, 0],
    [1000, 0],
    [1029, 3],
    [1030, 3],
    [1031, 4], // the last record of the first segment is earlier
    [1040, 4],
    [1041, 5],
    [1070, 7],
    [1071, 8],
    [1110, 11],
  ]
  for (const restart of [false, true]) {
    if (restart) await log.restart()
    for (const [time, offset] of expected)
      assert.deepEqual(await listAt(log, 'orders', time), [offset, 1000 + offset * 10], `at ${time}, ${restart}`)
    assert.deepEqual(await listAt(log, 'orders', 1111), [-1, -1], 'there is no later one')
    assert.deepEqual(await listAt(log, 'orders', -1), [12, -1])
    assert.deepEqual(await listAt(log, 'orders', -2), [0, -1])
    assert.deepEqual(await listAt(log, 'orders', -3), [11, 1110])
  }
})

void test('times that go back and forth: the first by offset is answered, as in Kafka', async () => {
  await using log = await runBroker()
  const batchBytes = batchAt(0, 0).length
  await createTopic(log, 'orders', { 'internal.segment.bytes': String(2 * batchBytes), 'retention.ms': '-1' })
  for (const times of [
    [1000, 5000],
    [2000, 2000],
    [3000, 3000],
    [4000, 6000],
  ])
    await produce(log, 'orders', batchAt(...times))
  assert.deepEqual(await listAt(log, 'orders', 2500), [1, 5000])
  assert.deepEqual(await listAt(log, 'orders', 5001), [7, 6000])
  assert.deepEqual(await listAt(log, 'orders', -3), [7, 6000])
})

void test('the latest time is that of a record that is there, wherever the log was made to begin', async () => {
  await using log = await runBroker()
  await createTopic(log, 'orders', { 'retention.ms': '-1' })
  for (const times of [[100], [300, 200, 500], [250], [10]]) await produce(log, 'orders', batchAt(...times))
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  for (const [start, latest] of [
    [0, [3, 500]],
    [2, [3, 500]],
    [3, [3, 500]],
    [4, [4, 250]],
    [5, [5, 10]],
    [6, [-1, -1]],
  ] as const) {
    await client.topics.deleteRecords('orders', new Map([[0, start]]))
    assert.deepEqual(await listAt(log, 'orders', -3), latest, `from ${start} on`)
  }
  await client.close()
})
