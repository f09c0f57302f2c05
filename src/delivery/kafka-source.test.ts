import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker } from '../../test/support/running-broker.ts'
import { connectKafka } from '../stream/client/connect.ts'
import { openKafkaSource } from './kafka-source.ts'

void test('the offsets of a topic that was made again under the name are not taken for those of the one before', async () => {
  await using log = await runBroker({ config: { autoCreateTopics: false } })
  const client = await connectKafka({ bootstrap: log.bootstrap })
  try {
    const make = () => client.topics.create([{ name: 'orders', partitions: 1 }])
    await make()
    const producer = await client.createProducer({ topic: 'orders' })
    await producer.sendLines(Buffer.from('{}\n{}\n'))
    await producer.close()
    const source = await openKafkaSource(client, 'orders')
    assert.deepEqual((await source.bounds([0]))[0]!.end, 2)
    await client.topics.delete(['orders'])
    await make()
    await assert.rejects(source.bounds([0]), { code: 'WEIR-5018' })
    const { id } = source
    await source.refresh()
    assert.notEqual(source.id, id)
    assert.equal((await source.bounds([0]))[0]!.end, 0)
  } finally {
    await client.close()
  }
})
