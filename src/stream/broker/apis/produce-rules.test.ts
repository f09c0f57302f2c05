import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { connectKafka } from '../../client/connect.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { produceApi } from '../../protocol/apis/produce.ts'
import { nameOfKafkaError } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import {
  batchField,
  compressionOf,
  hasValidChecksum,
  readBatchHeader,
  type Compression,
} from '../../protocol/records/batch-header.ts'
import { openRecords } from '../../protocol/records/record-cursor.ts'

const compressions: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']
const now = 1_800_000_000_000

async function run(configs: Record<string, string>): Promise<RunningBroker> {
  const log = await runBroker({ clock: { ...systemClock, now: () => now } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  await client.topics.create([{ name: 'orders', partitions: 1, configs }])
  await client.close()
  return log
}

function batchOf(
  compression: Compression,
  records: readonly (readonly [key: string | null, timestamp: number])[],
): Buffer {
  const builder = new BatchBuilder(1e8)
  for (const [key, timestamp] of records)
    builder.append(Buffer.from('value '.repeat(50)), key === null ? null : Buffer.from(key), timestamp)
  return builder.finish(compression, { producerId: -1, producerEpoch: -1, baseSequence: -1 })
}

async function produce(log: RunningBroker, records: Buffer) {
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  const request = { transactionalId: null, acks: -1, timeoutMs: 5000, topicData }
  const answer = await askKafka(log.broker.port, produceApi, 9, request)
  const { errorCode, errorMessage, recordErrors, baseOffset } = answer.responses[0]!.partitionResponses[0]!
  return { error: nameOfKafkaError(errorCode), errorMessage, recordErrors, baseOffset }
}

async function fetchAt(log: RunningBroker, fetchOffset: number, partitionMaxBytes = 1): Promise<Buffer> {
  const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset, partitionMaxBytes }] }]
  const request = { maxWaitMs: 0, minBytes: 1, isolationLevel: 0, topics }
  return (await askKafka(log.broker.port, fetchApi, 11, request)).responses[0]!.partitions[0]!.records!
}

void test('whatever a batch is compressed by, it is handed out with the bytes that came, but for offset and epoch', async () => {
  await using log = await run({})
  for (const [offset, compression] of compressions.entries()) {
    const sent = batchOf(compression, [['k', now]])
    await produce(log, sent)
    const got = await fetchAt(log, offset)
    assert.deepEqual(got.subarray(batchField.magic), sent.subarray(batchField.magic), compression)
    assert.deepEqual(got.subarray(8, 12), sent.subarray(8, 12))
  }
})

void test('compression.type: batches that come otherwise are packed anew, the others stay as they came', async () => {
  for (const type of ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']) {
    await using log = await run({ 'compression.type': type, 'compression.zstd.level': '5' })
    const wanted = type === 'uncompressed' ? 'none' : type
    for (const [offset, compression] of compressions.entries()) {
      const sent = batchOf(compression, [['k', now]])
      assert.equal((await produce(log, sent)).baseOffset, offset)
      const got = await fetchAt(log, offset)
      const header = readBatchHeader(got)!
      assert.equal(compressionOf(header.attributes), wanted)
      assert.ok(hasValidChecksum(got, 0, got.length))
      if (compression === wanted) assert.deepEqual(got.subarray(21), sent.subarray(21))
      const records = openRecords(got, 0, header)
      assert.ok(records.next() && records.timestamp === now)
      assert.equal(records.buffer.toString('utf8', records.valueStart, records.valueEnd), 'value '.repeat(50))
    }
  }
})

void test('a compacted topic refuses records without a key, and names them', async () => {
  await using log = await run({ 'cleanup.policy': 'compact' })
  for (const compression of compressions) {
    const sent = batchOf(compression, [
      ['a', now],
      [null, now],
      [null, now],
    ])
    const { error, errorMessage, recordErrors } = await produce(log, sent)
    assert.equal(error, 'INVALID_RECORD')
    assert.match(errorMessage ?? '', /record 1: it has no key, .*\(and 1 more records\)/)
    assert.deepEqual(
      recordErrors.map(({ batchIndex }) => batchIndex),
      [1, 2],
    )
  }
  assert.equal((await produce(log, batchOf('none', [['', now]]))).error, 'NONE', 'an empty key is one')
})

void test('timestamps outside of what the topic takes are refused, record by record', async () => {
  const hourMs = 3_600_000
  await using log = await run({ 'message.timestamp.before.max.ms': String(hourMs) })
  for (const [timestamps, error, records] of [
    [[now, now + hourMs, now - hourMs], 'NONE', []],
    [[now, now + hourMs + 1], 'INVALID_TIMESTAMP', [1]],
    [[now - hourMs - 1, now], 'INVALID_TIMESTAMP', [0]],
    [[now, now - hourMs - 1, now], 'INVALID_TIMESTAMP', [1]],
    [[-1], 'NONE', []],
  ] as const) {
    const answer = await produce(
      log,
      batchOf(
        'zstd',
        timestamps.map((timestamp) => ['k', timestamp]),
      ),
    )
    assert.equal(answer.error, error, timestamps.join())
    assert.deepEqual(
      answer.recordErrors.map(({ batchIndex }) => batchIndex),
      records,
    )
  }
  await using stamping = await run({
    'message.timestamp.type': 'LogAppendTime',
    'message.timestamp.before.max.ms': '1',
  })
  assert.equal((await produce(stamping, batchOf('none', [['k', 5]]))).error, 'NONE', 'the log stamps them itself')
})

void test('min.insync.replicas: no more replicas are waited for than there are, as in Kafka 4', async () => {
  await using log = await run({ 'min.insync.replicas': '2' })
  assert.equal((await produce(log, batchOf('none', [['k', now]]))).error, 'NONE')
})

void test('a record of 25 MB comes back whole, to who asks for one byte; a larger one than max.message.bytes does not get in', async () => {
  await using log = await run({ 'max.message.bytes': String(30_000_000) })
  const value = randomBytes(25_000_000)
  const builder = new BatchBuilder(1e8)
  builder.append(value, Buffer.from('k'), now)
  const sent = builder.finish()
  await produce(log, batchOf('none', [['k', now]]))
  assert.equal((await produce(log, sent)).error, 'NONE')
  await produce(log, batchOf('none', [['k', now]]))
  const got = await fetchAt(log, 1)
  assert.equal(got.length, sent.length)
  assert.ok(got.subarray(21).equals(sent.subarray(21)))
  // One answer has 8 MB at most, but for a first batch that is larger: it comes alone.
  const small = batchOf('none', [['k', now]]).length
  const sizes = [await fetchAt(log, 0, 1e9), await fetchAt(log, 1, 1e9), await fetchAt(log, 2, 1e9)].map(
    (b) => b.length,
  )
  assert.deepEqual(sizes, [small, sent.length, small])
  const larger = new BatchBuilder(1e8)
  larger.append(randomBytes(30_000_000), Buffer.from('k'), now)
  assert.equal((await produce(log, larger.finish())).error, 'MESSAGE_TOO_LARGE')
})
