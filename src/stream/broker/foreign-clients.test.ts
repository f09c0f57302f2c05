import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import kafkajs from 'kafkajs'
import { runBroker } from '../../../test/support/running-broker.ts'

const sent = Array.from({ length: 300 }, (_, index) => ({ key: `k${index}`, value: `v${index}` }))

void test('kafkajs produces, and a group of two consumes every record once', async () => {
  await using log = await runBroker()
  const kafka = new kafkajs.Kafka({ clientId: 'test', brokers: [log.bootstrap], logLevel: kafkajs.logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 4 }] })
  const producer = kafka.producer({ idempotent: true })
  await producer.connect()
  await producer.send({ topic: 'orders', messages: sent, compression: kafkajs.CompressionTypes.GZIP, acks: -1 })
  await producer.disconnect()

  const seen: string[] = []
  const all = Promise.withResolvers<void>()
  const consumers = await Promise.all(
    [1, 2].map(async () => {
      const consumer = kafka.consumer({ groupId: 'two', maxWaitTimeInMs: 100 })
      await consumer.connect()
      await consumer.subscribe({ topic: 'orders', fromBeginning: true })
      await consumer.run({
        eachMessage: async ({ message }) => {
          seen.push(`${message.key?.toString()}=${message.value?.toString()}`)
          if (seen.length === sent.length) all.resolve()
        },
      })
      return consumer
    }),
  )
  await all.promise
  assert.deepEqual(seen.toSorted(), sent.map(({ key, value }) => `${key}=${value}`).toSorted())
  await Promise.all(consumers.map((consumer) => consumer.disconnect()))
  const committed = await admin.fetchOffsets({ groupId: 'two', topics: ['orders'] })
  const total = committed[0]!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
  assert.equal(total, sent.length)
  await admin.deleteGroups(['two'])
  await admin.disconnect()
})

void test('@platformatic/kafka produces, and a group consumes every record in order', async () => {
  await using log = await runBroker()
  const bootstrapBrokers = [log.bootstrap]
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers,
    serializers: stringSerializers,
    autocreateTopics: true,
  })
  await producer.send({ messages: sent.map((record) => ({ topic: 'visits', partition: 0, ...record })), acks: -1 })
  await producer.close()
  const consumer = new Consumer({
    clientId: 'test',
    groupId: 'one',
    bootstrapBrokers,
    deserializers: stringDeserializers,
  })
  const stream = await consumer.consume({ topics: ['visits'], mode: 'earliest', autocommit: false, maxWaitTime: 100 })
  const seen: string[] = []
  for await (const { key, value } of stream) {
    seen.push(`${key}=${value}`)
    if (seen.length === sent.length) break
  }
  assert.deepEqual(
    seen,
    sent.map(({ key, value }) => `${key}=${value}`),
  )
  await consumer.close(true)
})
