import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { BatchBuilder } from '../protocol/records/batch-builder.ts'

function batchOf(...values: string[]): Buffer {
  const builder = new BatchBuilder()
  for (const value of values) builder.append(Buffer.from(value), null, Date.now())
  return builder.finish()
}

async function clientOf(log: RunningBroker): Promise<KafkaClient> {
  return connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
}

async function socketTo(log: RunningBroker): Promise<Socket> {
  const socket = connect(log.broker.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket.on('error', () => undefined).resume()
}

void test('garbage closes its connection; others go on', async () => {
  await using log = await runBroker()
  const client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  for (const garbage of ['GET / HTTP/1.1\r\n\r\n', '\0\0\0\x0a\x7f\x7f\0\0\0\0\0\0\0\0', '\0\0\0\x04\0\x03\0\x0c']) {
    const socket = await socketTo(log)
    const closed = once(socket, 'close')
    socket.write(Buffer.from(garbage, 'latin1'))
    await closed
  }
  assert.equal(
    (await client.produce({ topic: 'orders', partition: 0, batch: batchOf('a'), acks: 'all' })).baseOffset,
    0,
  )
  await client.close()
})

void test('a client that stops in the middle of a request is let go; too many connections are refused', async () => {
  await using log = await runBroker({ config: { limits: { stallMs: 100, connectionsMax: 2 } } })
  const half = await socketTo(log)
  const closed = once(half, 'close')
  half.write(Buffer.from([0, 0, 1, 0, 0]))
  await closed
  const open = [await socketTo(log), await socketTo(log)]
  const third = await socketTo(log)
  if (!third.destroyed) await once(third, 'close')
  for (const socket of open) socket.destroy()
  await waitUntil('connections are counted down', () => log.broker.status().connections === 0)
})

void test('a deleted topic keeps its id and ends, also after a restart; one of its name begins anew', async () => {
  await using log = await runBroker()
  let client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 2 }])
  await client.produce({ topic: 'orders', partition: 1, batch: batchOf('a', 'b'), acks: 'all' })
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  const folder = join(log.directory, 'topics', id)
  assert.ok(existsSync(folder))
  await client.topics.delete(['orders'])
  assert.ok(!existsSync(folder), 'its folders are gone')
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  await client.close()
  await log.restart()
  const { deletedTopics, topics } = log.broker.status()
  assert.deepEqual(
    deletedTopics.map((topic) => [topic.id, topic.name, topic.endOffsets]),
    [[id, 'orders', [0, 2]]],
  )
  assert.notEqual(topics[0]?.id, id)
  assert.deepEqual(
    topics[0]?.partitions.map(({ endOffset }) => endOffset),
    [0],
  )
  client = await clientOf(log)
  await client.close()
})

void test('a start removes what a crash left of deleted topics and of new ones, and refuses to hide a topic', async () => {
  await using log = await runBroker()
  const client = await clientOf(log)
  await client.topics.create(['orders', 'visits'].map((name) => ({ name, partitions: 1 })))
  const [orders = '', visits = ''] = (await client.topics.describe(['orders', 'visits'])).map(({ id }) =>
    join(log.directory, 'topics', id),
  )
  for (const topic of ['orders', 'visits'])
    await client.produce({ topic, partition: 0, batch: batchOf('a'), acks: 'all' })
  await client.close()
  await log.broker.stop()
  const unnamed = join(log.directory, 'topics', 'unnamed')
  mkdirSync(join(unnamed, '0'), { recursive: true })
  writeFileSync(join(unnamed, '0', '00000000000000000000.log'), '')
  const tombstone = { id: basename(orders), name: 'orders', endOffsets: [1], deletedAt: '2026-01-01T00:00:00Z' }
  writeFileSync(join(log.directory, 'deleted', `${tombstone.id}.json`), JSON.stringify(tombstone))
  await log.start()
  assert.deepEqual([existsSync(unnamed), existsSync(orders), existsSync(visits)], [false, false, true])
  await log.broker.stop()
  const description = readFileSync(join(visits, 'topic.json'))
  writeFileSync(join(visits, 'topic.json'), '{')
  await assert.rejects(log.start(), { code: 'WEIR-3008', message: /topic\.json/ })
  // One bit each: another name, more partitions, the id of none.
  for (const [written, instead] of [
    ['"name":"visits"', '"name":"visitr"'],
    ['"partitions":1', '"partitions":3'],
    [`"id":"${basename(visits)}"`, `"id":"x${basename(visits).slice(1)}"`],
  ] as const) {
    writeFileSync(join(visits, 'topic.json'), description.toString().replace(written, instead))
    await assert.rejects(log.start(), { code: 'WEIR-3008', message: /topic\.json is not what was written/ }, instead)
  }
  // As versions without a checksum wrote it.
  const { checksum: _, ...plain } = JSON.parse(description.toString()) as Record<string, unknown>
  writeFileSync(join(visits, 'topic.json'), JSON.stringify(plain))
  await log.start()
  await log.broker.stop()
  writeFileSync(join(visits, 'topic.json'), description)
  await log.start()
  assert.equal(log.broker.status().topics[0]?.partitions[0]?.endOffset, 1)
})

void test('retention removes old segments; fetching before the start says so', async () => {
  await using log = await runBroker({ config: { limits: { retentionCheckIntervalMs: 20 } } })
  const client = await clientOf(log)
  const configs = { 'internal.segment.bytes': '1000', 'retention.bytes': '3000' }
  await client.topics.create([{ name: 'orders', partitions: 1, configs }])
  for (let at = 0; at < 20; at++)
    await client.produce({ topic: 'orders', partition: 0, batch: batchOf('x'.repeat(800)), acks: 'all' })
  const start = (): number => log.broker.status().topics[0]!.partitions[0]!.startOffset
  await waitUntil('the start moves', () => start() >= 15)
  // It may move on in between.
  await waitUntil('it is told', async () => (await client.offsets.list('orders', 'start')).get(0) === start())
  assert.equal((await client.offsets.list('orders', 'end')).get(0), 20)
  await client.close()
})

void test('committed offsets survive a restart', async () => {
  await using log = await runBroker()
  let client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 2 }])
  await client.offsets.commit(
    'readers',
    'orders',
    new Map([
      [0, 5],
      [1, 7],
    ]),
  )
  await client.close()
  await log.restart()
  client = await clientOf(log)
  assert.deepEqual(
    await client.offsets.committed('readers', 'orders'),
    new Map([
      [0, 5],
      [1, 7],
    ]),
  )
  await client.close()
})

void test('a topic that is deleted and made again is another one to its groups, also when the deletion was cut short', async () => {
  await using log = await runBroker()
  let client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  await client.offsets.commit('readers', 'orders', new Map([[0, 5]]))
  const [{ id } = { id: '' }] = await client.topics.describe(['orders'])
  await client.close()
  await log.broker.stop()
  // As a kill leaves it after the tombstone, before the offsets are forgotten.
  const tombstone = { id, name: 'orders', endOffsets: [0], deletedAt: '2026-01-01T00:00:00Z' }
  writeFileSync(join(log.directory, 'deleted', `${id}.json`), JSON.stringify(tombstone))
  await log.start()
  assert.equal(log.broker.status().groups, 0, 'what was committed in it is forgotten')
  client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  assert.deepEqual(await client.offsets.committed('readers', 'orders'), new Map())
  await client.offsets.commit('readers', 'orders', new Map([[0, 1]]))
  assert.deepEqual(await client.offsets.committed('readers', 'orders'), new Map([[0, 1]]))
  await client.close()
})

void test('offsets of a group that nobody is in are forgotten by the running log, after its option', async () => {
  const limits = { offsetsRetentionMs: 50, offsetsRetentionCheckIntervalMs: 20 }
  await using log = await runBroker({ config: { limits } })
  const client = await clientOf(log)
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  await client.offsets.commit('readers', 'orders', new Map([[0, 5]]))
  await waitUntil('the group is gone', () => log.broker.status().groups === 0)
  assert.equal((await client.offsets.committed('readers', 'orders')).get(0), undefined)
  await client.close()
})

void test('a topic with a wrong configuration is refused with the nearest name', async () => {
  await using log = await runBroker()
  const client = await clientOf(log)
  await assert.rejects(
    client.topics.create([{ name: 'orders', configs: { 'retention.m': '5' } }]),
    /did you mean "retention.ms"|INVALID_CONFIG/,
  )
  await client.close()
})
