import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompressionTypes, Kafka, logLevel } from 'kafkajs'
import { readPartition } from '../../../../test/fault/read-log.ts'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { produceApi } from '../../protocol/apis/produce.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { BatchBuilder, noProducer } from '../../protocol/records/batch-builder.ts'
import { deleteSubject } from '../../registry/decide/delete-versions.ts'
import { registerSchema } from '../../registry/decide/register-schema.ts'
import { createSchemaRegistry } from '../../registry/schema-registry.ts'

const prefix = 'io.confluent.kafka.serializers.subject'

interface Checked {
  readonly broker: RunningBroker
  readonly client: KafkaClient
  /** The id that the schema of a record of this name has under the subject. */
  register(subject: string, name: string): Promise<number>
  create(topic: string, configs: Readonly<Record<string, string>>): Promise<void>
  end(topic: string): Promise<number | undefined>
}

async function withLog(run: (log: Checked) => Promise<void>): Promise<void> {
  await using broker = await runBroker({ config: { autoCreateTopics: false } })
  const client = await connectKafka({ bootstrap: broker.bootstrap, deadlineMs: 10_000 })
  const registry = createSchemaRegistry({ kafka: () => Promise.resolve(client), logger: silentLogger })
  try {
    await run({
      broker,
      client,
      async register(subject, name) {
        const schema = JSON.stringify({ type: 'record', name, namespace: 'shop', fields: [] })
        const request = {
          schema,
          schemaType: undefined,
          references: [],
          metadata: undefined,
          version: 0,
          id: undefined,
        }
        const options = { normalize: false, force: true }
        const { id } = await registry.change((state) =>
          registerSchema(state, registry.reader, subject, request, options),
        )
        return id
      },
      create: async (name, configs) => void (await client.topics.create([{ name, partitions: 1, configs }])),
      end: async (topic) => (await client.offsets.list(topic, 'end')).get(0),
    })
  } finally {
    await registry.close()
    await client.close()
  }
}

function framed(id: number, text = ''): Buffer {
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(id, 1)
  return Buffer.concat([frame, Buffer.from(text)])
}

interface Sent {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly at: readonly number[]
}

/** One batch, as any client would send it. */
async function send(
  { broker }: Checked,
  topic: string,
  records: readonly { readonly key?: Buffer | null; readonly value: Buffer | null }[],
  compression: 'none' | 'gzip' | 'zstd' = 'none',
): Promise<Sent> {
  const builder = new BatchBuilder()
  for (const { key = null, value } of records) builder.append(value, key, 1000)
  const batch = builder.finish(compression, noProducer)
  const answer = await askKafka(broker.broker.port, produceApi, 9, {
    acks: -1,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: batch }] }],
  })
  const { errorCode, errorMessage, recordErrors } = answer.responses[0]!.partitionResponses[0]!
  return { errorCode, errorMessage, at: recordErrors.map(({ batchIndex }) => batchIndex) }
}

const { NONE, INVALID_RECORD } = kafkaErrors
const valueRequired = { 'confluent.value.schema.validation': 'true' }

void test('a topic that requires schemas takes records whose schema is registered, from the moment it is (INV-R6)', async () => {
  await withLog(async (log) => {
    await log.create('orders', valueRequired)
    const refused = await send(log, 'orders', [{ value: framed(1) }])
    assert.equal(refused.errorCode, INVALID_RECORD)
    assert.match(refused.errorMessage!, /the schema 1 of its value is not registered under the subject orders-value/)
    for (let round = 0; round < 20; round++) {
      const id = await log.register('orders-value', `Order${round}`)
      assert.equal((await send(log, 'orders', [{ value: framed(id, 'x') }])).errorCode, NONE, `round ${round}`)
    }
    assert.equal(await log.end('orders'), 20)
  })
})

void test('of a batch with a record at fault nothing is stored, and the record is named, packed or not (INV-R6)', async () => {
  await withLog(async (log) => {
    await log.create('orders', valueRequired)
    const id = await log.register('orders-value', 'Order')
    const elsewhere = await log.register('other-value', 'Other')
    const records = [framed(id), Buffer.from('text'), framed(id), framed(elsewhere), Buffer.from([0, 0])].map(
      (value) => ({ value }),
    )
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const sent = await send(log, 'orders', records, compression)
      assert.deepEqual([sent.errorCode, sent.at], [INVALID_RECORD, [1, 3, 4]], compression)
      assert.match(sent.errorMessage!, /record 1: its value does not begin with the id of a schema.*and 2 more records/)
    }
    assert.equal(await log.end('orders'), 0)
    assert.equal((await send(log, 'orders', [{ value: framed(id) }, { value: null }], 'zstd')).errorCode, NONE)
    const many = await send(
      log,
      'orders',
      Array.from({ length: 300 }, () => ({ value: Buffer.from('text') })),
    )
    assert.equal(many.at.length, 100)
    assert.equal(await log.end('orders'), 2)
  })
})

void test('keys too, and by the names of the schemas where the topic says so (INV-R6)', async () => {
  await withLog(async (log) => {
    await log.create('k', { 'confluent.key.schema.validation': 'true' })
    const key = await log.register('k-key', 'Key')
    assert.equal((await send(log, 'k', [{ key: framed(key), value: Buffer.from('anything') }])).errorCode, NONE)
    assert.equal((await send(log, 'k', [{ key: Buffer.from('k'), value: null }])).errorCode, INVALID_RECORD)
    await log.create('r', { ...valueRequired, 'confluent.value.subject.name.strategy': `${prefix}.RecordNameStrategy` })
    await log.create('tr', {
      ...valueRequired,
      'confluent.value.subject.name.strategy': `${prefix}.TopicRecordNameStrategy`,
    })
    const byName = await log.register('shop.Order', 'Order')
    const byBoth = await log.register('tr-shop.Invoice', 'Invoice')
    const codes = async (topic: string, ids: readonly number[]) =>
      Promise.all(ids.map(async (id) => (await send(log, topic, [{ value: framed(id) }])).errorCode))
    assert.deepEqual(await codes('r', [byName, byBoth, key]), [NONE, INVALID_RECORD, INVALID_RECORD])
    assert.deepEqual(await codes('tr', [byName, byBoth, key]), [INVALID_RECORD, NONE, INVALID_RECORD])
  })
})

void test('a deleted schema is taken no more, and the rule holds through restarts and changes of it (INV-R6)', async () => {
  await withLog(async (log) => {
    await log.create('orders', valueRequired)
    const id = await log.register('orders-value', 'Order')
    assert.equal((await send(log, 'orders', [{ value: framed(id) }])).errorCode, NONE)
    await log.broker.restart()
    assert.equal((await send(log, 'orders', [{ value: framed(id) }])).errorCode, NONE)
    assert.equal((await send(log, 'orders', [{ value: framed(id + 1) }])).errorCode, INVALID_RECORD)
    const again = await connectKafka({ bootstrap: log.broker.bootstrap })
    const registry = createSchemaRegistry({ kafka: () => Promise.resolve(again), logger: silentLogger })
    await registry.change((state) => deleteSubject(state, 'orders-value', false))
    assert.equal((await send(log, 'orders', [{ value: framed(id) }])).errorCode, INVALID_RECORD)
    await again.topics.alterConfigs('orders', { 'confluent.value.schema.validation': null })
    assert.equal((await send(log, 'orders', [{ value: Buffer.from('free') }])).errorCode, NONE)
    await assert.rejects(
      again.topics.alterConfigs('orders', { 'confluent.value.schema.validation': 'maybe' }),
      /it is true or false/,
    )
    await assert.rejects(
      again.topics.alterConfigs('orders', { 'confluent.value.subject.name.strategy': 'Mine' }),
      /it is io\.confluent/,
    )
    await registry.close()
    await again.close()
  })
})

void test('a producer keeps its order while schemas are registered beside it', async () => {
  await withLog(async (log) => {
    await log.create('orders', valueRequired)
    const id = await log.register('orders-value', 'Order')
    const producer = await log.client.createProducer({ topic: 'orders', lingerMs: 0, batchBytesMax: 400 })
    const registering = Promise.all(Array.from({ length: 10 }, (_, at) => log.register('x', `X${at}`)))
    for (let at = 0; at < 500; at++) await producer.send({ value: framed(id, String(at)) })
    await Promise.all([producer.close(), registering])
    const order = (await readPartition(log.client, 'orders', 0)).map(({ value }) => Number(value.slice(5)))
    assert.deepEqual(
      order,
      Array.from({ length: 500 }, (_, at) => at),
    )
  })
})

void test('a client that nobody here wrote is told that its record is invalid', async () => {
  await withLog(async (log) => {
    await log.create('orders', valueRequired)
    const id = await log.register('orders-value', 'Order')
    const kafka = new Kafka({ brokers: [log.broker.bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 0 } })
    const producer = kafka.producer({ retry: { retries: 0 } })
    await producer.connect()
    await producer.send({ topic: 'orders', compression: CompressionTypes.GZIP, messages: [{ value: framed(id) }] })
    await assert.rejects(producer.send({ topic: 'orders', messages: [{ value: 'no schema' }] }))
    await producer.disconnect()
    assert.equal(await log.end('orders'), 1)
  })
})
