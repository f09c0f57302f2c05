import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApacheKafka } from '../../../test/contracts/apache-kafka.ts'
import { describeClientContract } from '../../../test/contracts/kafka-client.ts'
import { readAll } from '../../../test/contracts/read-topic.ts'
import { connectKafka } from './connect.ts'

/** `host:port` of a Kafka that runs already. */
const given = process.env['WEIR_TEST_KAFKA']

describeClientContract('Apache Kafka', async () =>
  given ? { bootstrap: given, stop: async () => undefined } : startApacheKafka(),
)

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
