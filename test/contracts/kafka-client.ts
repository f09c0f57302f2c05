import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WeirError } from '../../src/kernel/errors/weir-error.ts'
import { kafkaErrors } from '../../src/stream/protocol/errors.ts'
import { batchField, type Compression } from '../../src/stream/protocol/records/batch-header.ts'
import { batchesIn } from '../../src/stream/protocol/records/record-cursor.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { findBatch } from '../../src/stream/client/find-batch.ts'
import { createCuttingConnect } from './cutting-connect.ts'
import { administrationContract } from './kafka-administration.ts'
import { readAll } from './read-topic.ts'
import type { KafkaClient, KafkaFetch } from '../../src/stream/client/kafka-client.ts'
import { partitionOfKey } from '../../src/stream/client/murmur2.ts'

export interface RunningBroker {
  /** `host:port` */
  readonly bootstrap: string
  stop(): Promise<void>
}

/** What the client must do with any broker: run over Weir's own log and over a real Kafka. */
export function describeClientContract(name: string, start: () => Promise<RunningBroker>): void {
  void describe(`the client with ${name}`, () => {
    let broker: RunningBroker
    let client: KafkaClient
    before(async () => {
      broker = await start()
      client = await connectKafka({ bootstrap: broker.bootstrap })
    })
    after(async () => {
      await client?.close()
      await broker?.stop()
    })

    async function newTopic(partitions = 1): Promise<string> {
      const topic = `contract-${process.pid}-${performance.now()}`
      await client.topics.create([{ name: topic, partitions }])
      return topic
    }

    administrationContract({ client: () => client, bootstrap: () => broker.bootstrap, newTopic })

    void test('a topic is created, described, configured and deleted', async () => {
      const topic = await newTopic(3)
      assert.deepEqual(await client.topics.create([{ name: topic }]), [{ name: topic, created: false }])
      const [described] = await client.topics.describe([topic])
      assert.deepEqual(
        described?.partitions.map(({ partition }) => partition),
        [0, 1, 2],
      )
      assert.match(described.id, /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
      assert.ok((await client.topics.describe()).some((found) => found.name === topic))
      await client.topics.alterConfigs(topic, { 'retention.ms': '123456' })
      const retention = async (): Promise<unknown> =>
        (await client.topics.configs(topic)).find(({ name: config }) => config === 'retention.ms')?.value
      // A Kafka's controller has it before its broker.
      await eventually(async () => (await retention()) === '123456')
      await client.topics.alterConfigs(topic, { 'retention.ms': null })
      await eventually(async () => (await retention()) !== '123456')
      await assert.rejects(client.topics.alterConfigs(topic, { 'retention.ms': 'long' }), { code: 'WEIR-3103' })
      await client.topics.delete([topic, 'never-existed'])
      await eventually(async () => (await client.topics.describe([topic])).length === 0)
    })

    void test('a topic gets more partitions, and they can be written at once', async () => {
      const topic = await newTopic(1)
      await client.topics.addPartitions(topic, 3)
      const [described] = await client.topics.describe([topic])
      assert.equal(described?.partitions.length, 3)
      const producer = await client.createProducer({ topic })
      await producer.send({ value: 'new', partition: 2 })
      await producer.close()
      assert.deepEqual(await readAll(client, topic), [[], [], ['new']])
      await assert.rejects(client.topics.addPartitions(topic, 2), (error: WeirError) => {
        assert.equal(error.details['error'], 'INVALID_PARTITIONS')
        return true
      })
    })

    void test('INV-K2: each line is read back once, in order within its partition', async () => {
      const topic = await newTopic(3)
      const lines = Array.from({ length: 20_000 }, (_, index) => `{"n":${index}}`)
      const text = Buffer.from(`${lines.join('\n')}\nthe last, left open`)
      let acknowledged = 0
      const producer = await client.createProducer({
        topic,
        batchBytesMax: 20_000,
        onAcknowledged: (batch) => (acknowledged += batch.records),
      })
      for (let at = 0; at < text.length; at += 7_777) await producer.sendLines(text.subarray(at, at + 7_777))
      assert.equal((await producer.flush()).records, 20_001)
      assert.equal(acknowledged, 20_001)
      await producer.close()
      const read = await readAll(client, topic)
      assert.ok(
        read.every((values) => values.length > 0),
        'all partitions are used',
      )
      assert.deepEqual(read.flat().toSorted(), [...lines, 'the last, left open'].toSorted())
      for (const values of read) {
        const numbers = values.filter((value) => value.startsWith('{')).map((value) => Number(value.slice(5, -1)))
        assert.deepEqual(
          numbers,
          numbers.toSorted((left, right) => left - right),
        )
      }
    })

    void test('records with a key go where other clients would send them', async () => {
      const topic = await newTopic(4)
      const producer = await client.createProducer({ topic })
      const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`)
      for (const key of keys) await producer.send({ key, value: key, headers: [{ key: 'h', value: Buffer.from('x') }] })
      await producer.send({ key: null, value: 'here', partition: 2 })
      await producer.close()
      const read = await readAll(client, topic)
      for (const [partition, values] of read.entries()) {
        const expected = keys.filter((key) => partitionOfKey(Buffer.from(key), 4) === partition)
        assert.deepEqual(values, partition === 2 ? [...expected, 'here'] : expected)
      }
    })

    void test('every compression and every kind of acknowledgement', async () => {
      const topic = await newTopic()
      const sent: string[] = []
      for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies Compression[])
        for (const acks of ['all', 'leader', 'none'] as const) {
          const producer = await client.createProducer({ topic, compression, acks })
          for (let index = 0; index < 50; index++) {
            sent.push(`${compression} ${acks} ${index} ${'x'.repeat(1_000)}`)
            await producer.send({ value: sent.at(-1)! })
          }
          await producer.close()
          await eventually(async () => (await client.offsets.list(topic, 'end')).get(0) === sent.length)
        }
      assert.deepEqual(await readAll(client, topic), [sent])
    })

    void test('offsets: start, end, by time, committed', async () => {
      const topic = await newTopic(2)
      const producer = await client.createProducer({ topic })
      for (let index = 0; index < 10; index++)
        await producer.send({ value: 'v', partition: 1, timestampMs: 1_700_000_000_000 + index * 1000 })
      await producer.close()
      const offsets = (start: number, end: number) =>
        new Map([
          [0, start],
          [1, end],
        ])
      assert.deepEqual(await client.offsets.list(topic, 'start'), offsets(0, 0))
      assert.deepEqual(await client.offsets.list(topic, 'end'), offsets(0, 10))
      assert.deepEqual(await client.offsets.list(topic, { timestampMs: 1_700_000_004_500 }), offsets(0, 5))
      assert.deepEqual(await client.offsets.list(topic, { timestampMs: 1_800_000_000_000 }), offsets(0, 10))
      const group = `${topic}-group`
      assert.deepEqual(await client.offsets.committed(group, topic), new Map())
      await client.offsets.commit(group, topic, new Map([[1, 7]]))
      assert.deepEqual(await client.offsets.committed(group, topic), new Map([[1, 7]]))
    })

    void test('a fetch in the middle of a batch gives the whole batch', async () => {
      const topic = await newTopic()
      const producer = await client.createProducer({ topic })
      for (let index = 0; index < 10; index++) await producer.send({ value: String(index) })
      await producer.close()
      const [fetched] = await client.fetch({ topic, partitions: [{ partition: 0, offset: 5 }] })
      assert.deepEqual([fetched?.errorCode, fetched?.highWatermark, fetched?.logStartOffset], [0, 10, 0])
      assert.equal(batchesIn(fetched!.records).next().value?.header.baseOffset, 0)
    })

    void test('INV-K4: what cannot be fetched says why', async () => {
      const topic = await newTopic()
      const partitions = [{ partition: 0, offset: 0 }]
      const code = async (request: Parameters<typeof client.fetch>[0]) => (await client.fetch(request))[0]?.errorCode
      assert.equal(await code({ topic: 'never-existed', partitions }), kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION)
      const topicId = '11111111-2222-3333-4444-555555555555'
      assert.equal(await code({ topic, topicId, partitions }), kafkaErrors.UNKNOWN_TOPIC_ID)
      const [outside] = await client.fetch({ topic, partitions: [{ partition: 0, offset: 5 }] })
      assert.equal(outside?.errorCode, kafkaErrors.OFFSET_OUT_OF_RANGE)
      assert.equal(outside.logStartOffset, 0)
    })

    void test('a waiting fetch wakes when a record comes, holds nothing else up, and can be aborted', async () => {
      const topic = await newTopic()
      const fetching = client.fetch({ topic, partitions: [{ partition: 0, offset: 0 }], waitMs: 20_000 })
      const abort = new AbortController()
      const idle = await newTopic()
      const aborted = client.fetch({
        topic: idle,
        partitions: [{ partition: 0, offset: 0 }],
        waitMs: 20_000,
        signal: abort.signal,
      })
      aborted.catch(() => undefined)
      const producer = await client.createProducer({ topic })
      await producer.send({ value: 'wake' })
      await producer.flush()
      assert.equal((await fetching)[0]?.highWatermark, 1)
      abort.abort(new Error('enough'))
      await assert.rejects(aborted, /enough/)
      await producer.close()
    })

    void test('INV-K1: broken connections lose nothing, repeat nothing and change no order', async (t) => {
      const topic = await newTopic(2)
      const seed = Date.now() >>> 0
      t.diagnostic(`seed ${seed}`)
      const { connect, cuts } = createCuttingConnect(seed, 200_000)
      const through = await connectKafka({ bootstrap: broker.bootstrap, connect })
      t.after(() => through.close())
      const producer = await through.createProducer({ topic, batchBytesMax: 5_000 })
      const sent: string[] = []
      const padding = 'x'.repeat(100)
      for (let index = 0; index < 20_000; index++) {
        sent.push(`${index} ${padding}`)
        await producer.send({ value: sent.at(-1)! })
      }
      await producer.close()
      t.diagnostic(`${cuts()} cuts`)
      assert.ok(cuts() > 5)
      const read = await readAll(client, topic)
      assert.equal(read.flat().length, sent.length)
      assert.equal(new Set(read.flat()).size, sent.length)
      for (const values of read) {
        const numbers = values.map(Number.parseFloat)
        assert.ok(
          numbers.every((number, index) => index === 0 || number > numbers[index - 1]!),
          'in order',
        )
      }
    })

    void test('a batch is found where it was written, and one that was not is not', async () => {
      const topic = await newTopic()
      const producer = await client.createProducer({ topic, batchBytesMax: 1_000 })
      for (let index = 0; index < 200; index++) await producer.send({ value: `${index} ${'x'.repeat(100)}` })
      await producer.close()
      const [answer] = await client.fetch({ topic, partitions: [{ partition: 0, offset: 0 }] })
      const batches = [...batchesIn(answer!.records)]
      assert.ok(batches.length > 10)
      const { at, header } = batches[7]!
      const batch = Buffer.from(answer!.records.subarray(at, at + header.byteLength))
      // A fetch that gives a batch a time, as a long log would.
      const fetch: KafkaFetch = (request) => client.fetch({ ...request, bytesMax: 1 })
      assert.equal(await findBatch(fetch, batch, { topic, partition: 0, fromOffset: 0 }), header.baseOffset)
      batch.writeInt32BE(header.baseSequence + 1, batchField.baseSequence)
      assert.equal(await findBatch(fetch, batch, { topic, partition: 0, fromOffset: 0 }), undefined)
    })

    void test('INV-K5: after close every call says so', async () => {
      const other = await connectKafka({ bootstrap: broker.bootstrap })
      const topic = await newTopic()
      const waiting = other.fetch({ topic, partitions: [{ partition: 0, offset: 0 }], waitMs: 20_000 })
      const producer = await other.createProducer({ topic })
      await other.close()
      await assert.rejects(waiting, { code: 'WEIR-3101' })
      await assert.rejects(other.topics.describe(), { code: 'WEIR-3101' })
      await producer.send({ value: 'late' })
      await assert.rejects(producer.flush(), { code: 'WEIR-3101' })
    })
  })
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await condition())) assert.ok(performance.now() < end, 'not within 20 s')
}
