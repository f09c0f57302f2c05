import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { deleteRecordsApi } from '../../protocol/apis/delete-records.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'

function batchOf(count: number): Buffer {
  const builder = new BatchBuilder()
  for (let at = 0; at < count; at++) builder.append(Buffer.from('value'.padEnd(40)), null, 1000)
  return builder.finish()
}

async function deleteBefore({ broker }: RunningBroker, offset: number): Promise<[error: number, start: number]> {
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, offset }] }]
  const answer = await askKafka(broker.port, deleteRecordsApi, 2, { topics, timeoutMs: 1000 })
  const { errorCode, lowWatermark } = answer.topics[0]!.partitions[0]!
  return [errorCode, lowWatermark]
}

async function errorAt(client: KafkaClient, offset: number): Promise<number> {
  const [answer] = await client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset }], waitMs: 0 })
  return answer!.errorCode
}

const filesOf = (log: RunningBroker, id: string): number =>
  readdirSync(join(log.directory, 'topics', id, '0')).filter((name) => name.endsWith('.log')).length

void test('DeleteRecords moves the start, in the middle of a segment and of a batch too, and stays moved', async () => {
  await using log = await runBroker()
  let client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  const configs = { 'internal.segment.bytes': String(batchOf(4).length), 'retention.ms': '-1' }
  await client.topics.create([{ name: 'orders', partitions: 1, configs }])
  for (let at = 0; at < 5; at++) await client.produce({ topic: 'orders', partition: 0, batch: batchOf(4), acks: 'all' })
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  assert.equal(filesOf(log, id), 5)
  assert.deepEqual(await deleteBefore(log, 10), [0, 10])
  assert.equal(filesOf(log, id), 3, 'the files of segments that are wholly below are gone')
  for (const again of [false, true]) {
    if (again) {
      await client.close()
      await log.restart()
      client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
    }
    assert.equal((await client.offsets.list('orders', 'start')).get(0), 10)
    assert.equal((await client.offsets.list('orders', { timestampMs: 0 })).get(0), 10)
    assert.equal(await errorAt(client, 9), kafkaErrors.OFFSET_OUT_OF_RANGE)
    const [answer] = await client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset: 10 }] })
    assert.equal([...batchesIn(answer!.records)][0]?.header.baseOffset, 8, 'the batch that holds it comes whole')
  }
  assert.deepEqual(await deleteBefore(log, 3), [0, 10], 'it never goes back')
  assert.deepEqual(await deleteBefore(log, 21), [kafkaErrors.OFFSET_OUT_OF_RANGE, -1])
  assert.deepEqual(await deleteBefore(log, -1), [0, 20], '-1 is all there is')
  assert.equal(await errorAt(client, 20), 0)
  const { baseOffset } = await client.produce({ topic: 'orders', partition: 0, batch: batchOf(1), acks: 'all' })
  assert.equal(baseOffset, 20)
  await client.close()
})

void test('DeleteRecords of a partition that is not there is refused', async () => {
  await using log = await runBroker()
  assert.deepEqual(await deleteBefore(log, 0), [kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, -1])
})

/** What is written to files of this name waits until `held` resolves. */
function holdingFiles(name: string, held: () => Promise<void>): Files {
  return {
    ...nodeFiles,
    async open(path, mode) {
      const file = await nodeFiles.open(path, mode)
      if (!path.includes(name) || mode === 'read') return file
      return {
        path,
        read: (target, position) => file.read(target, position),
        truncate: (length) => file.truncate(length),
        sync: () => file.sync(),
        close: () => file.close(),
        async write(buffers, position) {
          await held()
          await file.write(buffers, position)
        },
      }
    },
  }
}

void test('a start is told to nobody before it is durable: a crash would take it back', async () => {
  let held = Promise.withResolvers<void>()
  held.resolve()
  await using log = await runBroker({ files: holdingFiles('checkpoints', () => held.promise) })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  await client.produce({ topic: 'orders', partition: 0, batch: batchOf(4), acks: 'all' })
  held = Promise.withResolvers<void>()
  const deleted = deleteBefore(log, 3)
  for (const _again of Array(5)) {
    await sleep(20)
    assert.deepEqual([...(await client.offsets.list('orders', 'start'))], [[0, 0]])
    assert.equal(await errorAt(client, 0), 0)
  }
  held.resolve()
  assert.deepEqual(await deleted, [0, 3])
  assert.deepEqual([...(await client.offsets.list('orders', 'start'))], [[0, 3]])
  assert.equal(await errorAt(client, 0), kafkaErrors.OFFSET_OUT_OF_RANGE)
  await client.close()
})
