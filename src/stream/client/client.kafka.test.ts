import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Consumer } from '@platformatic/kafka'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { startApacheKafka, type ApacheKafka } from '../../../test/contracts/apache-kafka.ts'
import { aclContract } from '../../../test/contracts/kafka-administration.ts'
import { describeClientContract } from '../../../test/contracts/kafka-client.ts'
import { readAll } from '../../../test/contracts/read-topic.ts'
import { connectKafka } from './connect.ts'
import type { KafkaClient } from './kafka-client.ts'

/** `host:port` of a Kafka that runs already. */
const given = process.env['WEIR_TEST_KAFKA']

describeClientContract('Apache Kafka', async () =>
  given ? { bootstrap: given, stop: async () => undefined } : startApacheKafka(),
)

void describe('the client with an Apache Kafka that has an authorizer', () => {
  let kafka: ApacheKafka
  let client: KafkaClient
  before(async () => {
    kafka = await startApacheKafka('--acl')
    client = await connectKafka({ bootstrap: kafka.bootstrap })
  })
  after(async () => {
    await client?.close()
    await kafka?.stop()
  })
  aclContract(() => client)
})

void test('a group of the new protocol (KIP-848) is described with its assignment', async (t) => {
  const kafka = await startApacheKafka()
  t.after(() => kafka.stop())
  const client = await connectKafka({ bootstrap: kafka.bootstrap })
  t.after(() => client.close())
  await client.topics.create([{ name: 'shared', partitions: 3 }])
  const consumer = new Consumer({
    groupId: 'new-group',
    clientId: 'reader',
    bootstrapBrokers: [kafka.bootstrap],
    groupProtocol: 'consumer',
  })
  const stream = await consumer.consume({ topics: ['shared'] })
  t.after(() => consumer.close(true))
  stream.resume()
  const described = await waitUntil('it is stable', async () => {
    const [found] = await client.groups.describe(['new-group'])
    return found?.state === 'Stable' && found.members[0]?.assignment?.length ? found : undefined
  })
  assert.deepEqual([described.type, described.assignor], ['consumer', 'uniform'])
  const [member] = described.members
  assert.equal(member?.clientId, 'reader')
  assert.deepEqual(member.assignment, [{ topic: 'shared', partitions: [0, 1, 2] }])
  const listed = await client.groups.list()
  assert.deepEqual(listed, [{ group: 'new-group', protocolType: 'consumer', state: 'Stable', type: 'consumer' }])
})

void test('sizes of topics are those on the disk, whichever broker has them', async (t) => {
  const kafka = await startApacheKafka()
  t.after(() => kafka.stop())
  const client = await connectKafka({ bootstrap: kafka.bootstrap })
  t.after(() => client.close())
  await client.topics.create([{ name: 'sized', partitions: 2 }])
  const producer = await client.createProducer({ topic: 'sized' })
  await producer.send({ value: 'x'.repeat(10_000), partition: 1 })
  await producer.close()
  const sizes = (await client.topics.sizes(['sized', 'no-such-topic'])).get('sized')
  assert.equal(sizes?.get(0), 0)
  assert.ok(sizes.get(1)! > 10_000)
})

void test('a producer goes on when its broker was killed and came back, and each record is there once', async (t) => {
  const kafka = await startApacheKafka()
  t.after(() => kafka.stop())
  const client = await connectKafka({ bootstrap: kafka.bootstrap })
  t.after(() => client.close())
  const topic = 'restarted'
  await client.topics.create([{ name: topic, partitions: 2 }])
  let acknowledged = 0
  const onAcknowledged = ({ records }: { records: number }) => (acknowledged += records)
  const producer = await client.createProducer({ topic, batchBytesMax: 2_000, onAcknowledged })
  let restarting: Promise<void> | undefined
  let isBack = false
  const sent: string[] = []
  while (!isBack || sent.length < 2_000) {
    sent.push(`${sent.length} ${'x'.repeat(200)}`)
    await producer.send({ value: sent.at(-1)! })
    if (sent.length % 100 === 0) await new Promise(setImmediate)
    if (acknowledged > 500) restarting ??= kafka.restart().then(() => void (isBack = true))
    // What is not acknowledged fills the memory, so wait for the broker instead.
    if (restarting && sent.length === 2_000) await restarting
  }
  await restarting
  await producer.close()
  assert.equal(acknowledged, sent.length)
  const read = (await readAll(client, topic)).flat()
  assert.equal(read.length, sent.length)
  assert.deepEqual(read.toSorted(), sent.toSorted())
})
