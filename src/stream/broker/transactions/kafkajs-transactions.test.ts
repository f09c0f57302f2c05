import assert from 'node:assert/strict'
import { test } from 'node:test'
import kafkajs from 'kafkajs'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'

type Kafka = InstanceType<typeof kafkajs.Kafka>

function kafkaOn({ bootstrap }: RunningBroker): Kafka {
  return new kafkajs.Kafka({ clientId: 'test', brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING })
}

/** What a read-committed consumer sees of the topic, up to a last value. */
async function readCommitted(kafka: Kafka, topic: string, last: string): Promise<readonly string[]> {
  const consumer = kafka.consumer({ groupId: 'readers', maxWaitTimeInMs: 100 })
  const values: string[] = []
  const done = Promise.withResolvers<void>()
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value))
      if (values.at(-1) === last) done.resolve()
    },
  })
  await done.promise
  await consumer.disconnect()
  return values
}

void test('kafkajs commits and aborts records and offsets together, over a restart (INV-X1, INV-X2)', async () => {
  await using log = await runBroker()
  const before = kafkaOn(log)
  const admin = before.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: 'orders', numPartitions: 1 }] })
  const producer = before.producer({ transactionalId: 'shop', idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  for (let round = 0; round < 4; round++) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'orders', messages: [{ value: `a${round}` }, { value: `b${round}` }] })
    const partitions = [{ partition: 0, offset: String(round + 1) }]
    await transaction.sendOffsets({ consumerGroupId: 'work', topics: [{ topic: 'orders', partitions }] })
    await (round % 2 === 0 ? transaction.commit() : transaction.abort())
  }
  await producer.disconnect()
  await admin.disconnect()
  await log.restart()
  const after = kafkaOn(log)
  const later = after.producer()
  await later.connect()
  await later.send({ topic: 'orders', messages: [{ value: 'last' }] })
  assert.deepEqual(await readCommitted(after, 'orders', 'last'), ['a0', 'b0', 'a2', 'b2', 'last'])
  const asking = after.admin()
  await asking.connect()
  const [offsets] = await asking.fetchOffsets({ groupId: 'work', topics: ['orders'] })
  assert.equal(offsets!.partitions[0]!.offset, '3')
  await Promise.all([later.disconnect(), asking.disconnect()])
})
