import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { countingFiles } from '../../../../test/support/counting-files.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { connectKafka } from '../../client/connect.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'

const kilobyte = 1024
const batchBytes = 100 * kilobyte

function batch(): Buffer {
  const builder = new BatchBuilder(2 * batchBytes)
  builder.append(Buffer.alloc(batchBytes), null, Date.now())
  return builder.finish()
}

void test('of a partition whose batches have no room in the answer nothing is read; it has its turn when it is asked for first', async () => {
  const disk = countingFiles(nodeFiles)
  await using log = await runBroker({ files: disk.files })
  const client = await connectKafka({ bootstrap: log.bootstrap })
  try {
    await client.topics.create([{ name: 'orders', partitions: 3 }])
    for (const partition of [0, 1, 2])
      for (let at = 0; at < 5; at++) await client.produce({ topic: 'orders', partition, batch: batch(), acks: 'all' })
    const bytesMax = 3.5 * batchBytes
    const sizesOf = async (order: readonly number[]): Promise<readonly (readonly [number, number])[]> => {
      const partitions = order.map((partition) => ({ partition, offset: 0 }))
      const answers = await client.fetch({ topic: 'orders', partitions, bytesMax })
      return answers.map(({ partition, records }) => [partition, Math.floor(records.length / batchBytes)])
    }
    await sizesOf([0])
    const before = disk.bytesRead
    assert.deepEqual(await sizesOf([0, 1, 2]), [
      [0, 3],
      [1, 0],
      [2, 0],
    ])
    const read = disk.bytesRead - before
    assert.ok(read < bytesMax + 32 * kilobyte, `${read} bytes were read for an answer of ${bytesMax} at most`)
    assert.deepEqual(await sizesOf([1, 2, 0]), [
      [1, 3],
      [2, 0],
      [0, 0],
    ])
  } finally {
    await client.close()
  }
})

void test('partitions that are read to their end leave their room to the next', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  try {
    await client.topics.create([{ name: 'orders', partitions: 3 }])
    for (const partition of [0, 1, 2]) await client.produce({ topic: 'orders', partition, batch: batch(), acks: 'all' })
    const partitions = [0, 1, 2].map((partition) => ({ partition, offset: 0 }))
    const answers = await client.fetch({ topic: 'orders', partitions, bytesMax: 3.5 * batchBytes })
    assert.deepEqual(
      answers.map(({ records }) => records.length > batchBytes),
      [true, true, true],
    )
  } finally {
    await client.close()
  }
})

void test('a fetch of no bytes gets the first batch, as in Kafka: who reads so gets on', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  for (let at = 0; at < 2; at++) await client.produce({ topic: 'orders', partition: 0, batch: batch(), acks: 'all' })
  await client.close()
  for (const [maxBytes, partitionMaxBytes] of [
    [0, 0],
    [0, 1e6],
    [1, 1],
    [1e6, 0],
  ] as const) {
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: 1, partitionMaxBytes }] }]
    const request = { maxWaitMs: 0, minBytes: 1, maxBytes, isolationLevel: 0, topics }
    const [answer] = (await askKafka(log.broker.port, fetchApi, 11, request)).responses[0]!.partitions
    assert.deepEqual(
      [...batchesIn(answer!.records!)].map(({ header }) => header.baseOffset),
      [1],
      `${maxBytes}, ${partitionMaxBytes}`,
    )
  }
})
