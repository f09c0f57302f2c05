import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { connectKafka } from '../../client/connect.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { encodeRequest } from '../../protocol/messages.ts'
import { endOfBatches } from '../../protocol/records/batch-header.ts'

const megabyte = 1024 * 1024

async function socketTo(log: RunningBroker): Promise<Socket> {
  const socket = connect({ port: log.broker.port, host: '127.0.0.1' })
  await once(socket, 'connect')
  return socket.on('error', () => undefined)
}

/** The head of a produce request of that length, and some of it; the rest never comes. */
function begunRequest(bytes: number): Buffer {
  const begun = Buffer.alloc(100_000)
  begun.writeInt32BE(bytes)
  begun.writeInt16BE(0, 4)
  begun.writeInt16BE(7, 6)
  return begun
}

void test('requests that begin and do not end hold a bounded memory, keep small ones from nothing, and are let go', async () => {
  const limits = { requestBytesMax: megabyte, requestBytesHeldMax: 2 * megabyte, stallMs: 500 }
  await using log = await runBroker({ config: { limits } })
  const crowd = await Promise.all(Array.from({ length: 10 }, () => socketTo(log)))
  for (const socket of crowd) socket.write(begunRequest(megabyte))
  await waitUntil('the budget is spent', () => log.broker.status().memory.requestBytes > megabyte)
  // Its requests are small, and those of the crowd are not answered.
  const client = await connectKafka({ bootstrap: log.bootstrap, clientId: 'small' })
  await client.topics.create([{ name: 'small', partitions: 1 }])
  assert.ok(log.broker.status().memory.requestBytes <= 2 * megabyte + 64 * 1024)
  assert.ok(log.broker.status().connections > 8, 'those that wait are not closed for it')
  await waitUntil('the crowd is let go', () => log.broker.status().connections === 1, 60_000)
  await waitUntil('nothing is held', () => log.broker.status().memory.requestBytes === 0)
  const producer = await client.createProducer({ topic: 'small', batchBytesMax: 500_000 })
  await producer.sendLines(Buffer.from(`${'x'.repeat(1000)}\n`.repeat(5000)))
  await producer.close()
  assert.equal((await client.offsets.list('small', 'end')).get(0), 5000)
  await client.close()
})

void test('answers that nobody takes hold half of the memory at most, and are let go', async () => {
  const limits = { answerBytesHeldMax: 8 * megabyte, fetchBytesMax: 4 * megabyte, stallMs: 300 }
  await using log = await runBroker({ config: { limits } })
  const client = await connectKafka({ bootstrap: log.bootstrap, clientId: 'reader' })
  await client.topics.create([{ name: 'large', partitions: 1 }])
  const producer = await client.createProducer({ topic: 'large' })
  await producer.sendLines(Buffer.from(`${'x'.repeat(1000)}\n`.repeat(16_000)))
  await producer.close()
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 4 * megabyte }]
  const body = {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 4 * megabyte,
    topics: [{ topic: 'large', partitions }],
  }
  const fetch = Buffer.concat(encodeRequest(fetchApi, { apiVersion: 4, correlationId: 1, clientId: null }, body))
  const slow = await Promise.all(Array.from({ length: 12 }, () => socketTo(log)))
  for (const socket of slow) socket.pause().write(Buffer.concat(Array.from({ length: 40 }, () => fetch)))
  await waitUntil('answers wait', () => log.broker.status().memory.answerBytes > 2 * megabyte)
  let most = 0
  // The kernel takes what it can for a client; who has more to take is let go.
  await waitUntil(
    'nothing is held',
    () => {
      const { memory } = log.broker.status()
      most = Math.max(most, memory.answerBytes)
      return memory.answerBytes === 0 && memory.requestBytes === 0
    },
    60_000,
  )
  assert.ok(most <= 4 * megabyte, `${most} bytes`)
  assert.ok(log.broker.status().connections < 12, 'some are let go')
  const [answer] = await client.fetch({ topic: 'large', partitions: [{ partition: 0, offset: 0 }] })
  assert.ok(answer!.records.length > 100_000)
  await client.close()
})

void test('clients that read nothing keep no other from reading on, whatever size its batches have', async () => {
  const limits = { answerBytesHeldMax: 16 * megabyte, fetchBytesMax: 4 * megabyte }
  await using log = await runBroker({ config: { limits } })
  const client = await connectKafka({ bootstrap: log.bootstrap, clientId: 'reader' })
  await client.topics.create([{ name: 'large', partitions: 1 }])
  const producer = await client.createProducer({ topic: 'large' })
  await producer.sendLines(Buffer.from(`${'x'.repeat(1000)}\n`.repeat(16_000)))
  await producer.close()
  const [{ id: topicId } = { id: '' }] = await client.topics.describe(['large'])
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 4 * megabyte }]
  const body = { maxWaitMs: 0, minBytes: 1, maxBytes: 4 * megabyte, topics: [{ topicId, partitions }] }
  const fetch = Buffer.concat(encodeRequest(fetchApi, { apiVersion: 13, correlationId: 1, clientId: null }, body))
  const slow = await Promise.all(Array.from({ length: 60 }, () => socketTo(log)))
  for (const socket of slow) socket.pause().write(Buffer.concat(Array.from({ length: 60 }, () => fetch)))
  await waitUntil('all are connected', () => log.broker.status().connections > 60)
  await waitUntil('answers wait', () => log.broker.status().memory.answerBytes > 5 * megabyte)
  const { connections } = log.broker.status()
  for (let offset = 0; offset < 16_000;) {
    const [answer] = await client.fetch({ topic: 'large', partitions: [{ partition: 0, offset }], waitMs: 0 })
    assert.ok(answer!.records.length > 0, `nothing at ${offset}`)
    offset = endOfBatches(answer!.records)!
  }
  assert.ok(log.broker.status().connections >= connections, 'none was let go for it')
  for (const socket of slow) socket.destroy()
  await waitUntil('nothing is held', () => log.broker.status().memory.answerBytes === 0)
  await client.close()
})

void test('descriptions that nobody takes hold half of the memory at most, and others are told theirs meanwhile', async () => {
  const limits = { answerBytesHeldMax: 8 * megabyte }
  await using log = await runBroker({ config: { limits } })
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'wide', partitions: 5000 }])
  const body = { topics: [{ name: 'wide' }] }
  const metadata = Buffer.concat(encodeRequest(metadataApi, { apiVersion: 9, correlationId: 1, clientId: null }, body))
  const slow = await Promise.all(Array.from({ length: 60 }, () => socketTo(log)))
  for (const socket of slow) socket.pause().write(Buffer.concat(Array.from({ length: 60 }, () => metadata)))
  let most = 0
  await waitUntil('half of the memory is held', () => {
    most = Math.max(most, log.broker.status().memory.answerBytes)
    return most > 3 * megabyte
  })
  for (let round = 0; round < 20; round++) {
    const [described] = await client.topics.describe(['wide'])
    assert.equal(described!.partitions.length, 5000)
    most = Math.max(most, log.broker.status().memory.answerBytes)
  }
  assert.ok(most <= 5 * megabyte, `${most} bytes`)
  const late = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 60_000 })
  const told = late.topics.describe(['wide'])
  for (const socket of slow) socket.destroy()
  assert.equal((await told)[0]!.partitions.length, 5000)
  await waitUntil('nothing is held', () => log.broker.status().memory.answerBytes === 0)
  await Promise.all([client.close(), late.close()])
})
