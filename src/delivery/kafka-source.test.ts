import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { TestMemory } from '../../test/support/delivery-memory.ts'
import { FolderTable } from '../../test/support/delivery-table.ts'
import { runBroker } from '../../test/support/running-broker.ts'
import { systemClock } from '../kernel/clock.ts'
import { nodeFiles } from '../kernel/files/node-files.ts'
import { silentLogger } from '../kernel/logger.ts'
import { openDuckdb } from '../sql/duckdb/open.ts'
import { startBroker } from '../stream/broker/start-broker.ts'
import { connectKafka } from '../stream/client/connect.ts'
import type { Compression } from '../stream/protocol/records/batch-header.ts'
import { openKafkaSource } from './kafka-source.ts'
import { resumeDelivery } from './operate/resume-delivery.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { verifyDelivery } from './ledger/verify-delivery.ts'
import type { DeliveryWorker } from './worker/delivery-worker.ts'
import { startDeliveryWorker } from './worker/start-delivery-worker.ts'

async function world(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-source-'))
  const config = { directory: join(folder, 'log'), host: '127.0.0.1', autoCreateTopics: false, defaultPartitions: 2 }
  const services = { files: nodeFiles, clock: systemClock, logger: silentLogger }
  let broker = await startBroker({ ...config, port: 0 }, services)
  const { port } = broker
  const client = await connectKafka({ bootstrap: `127.0.0.1:${port}` })
  await client.topics.create([{ name: 'events', partitions: 2 }])
  context.after(async () => {
    await client.close()
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const restart = async () => {
    await broker.stop()
    broker = await startBroker({ ...config, port }, services)
  }
  const produce = async (from: number, count: number, compression: Compression = 'none') => {
    const producer = await client.createProducer({ topic: 'events', compression })
    for (let id = from; id < from + count; id++)
      await producer.send({ value: id % 100 === 99 ? 'bad' : `{"id":${id}}`, partition: id % 2 })
    await producer.flush()
    await producer.close()
  }
  return { folder, client, produce, restart, status: () => broker.status() }
}

const byFirst = (left: readonly number[], right: readonly number[]) => left[0]! - right[0]! || left[1]! - right[1]!

void test('from a real log into a table: compressed batches, a restart of the log, a deleted topic', async (context) => {
  const { folder, client, produce, restart, status } = await world(context)
  const table = new FolderTable(join(folder, 'table'), [{ name: 'id', type: 'long' }])
  const memory = Object.assign(new TestMemory(), { deletedTopics: async () => status().deletedTopics })
  const config = {
    delivery: 'd',
    table: 'public.t',
    tailDirectory: join(folder, 'tail'),
    format: 'json',
    onNewField: 'reject',
    flushBytes: 64e6,
    flushAgeMs: 600_000,
    memoryLimitBytes: 5e8,
  } as const
  const begin = async (epoch: number) => {
    const source = await openKafkaSource(client, 'events')
    const ports = { source, table, memory, files: nodeFiles, clock: systemClock, logger: silentLogger }
    const begun = await startDeliveryWorker({ ...config, tailDirectory: join(folder, `tail-${epoch}`) }, ports)
    context.after(() => begun.stop(0))
    await begun.assign({ epoch, partitions: [0, 1] })
    return begun
  }
  const worker = await begin(1)
  const halted = async (halting: DeliveryWorker) => {
    const deadline = Date.now() + 20_000
    while (halting.status().halted?.code !== 'WEIR-5013') {
      assert.ok(Date.now() < deadline, JSON.stringify(halting.status()))
      await pause(20)
    }
  }
  const deliveredAll = async (worker: DeliveryWorker, perPartition: number) => {
    const deadline = Date.now() + 20_000
    for (;;) {
      const { partitions } = await worker.tails().catch(() => ({ partitions: [] }))
      if (partitions.length === 2 && partitions.every(({ end }) => Number(end) === perPartition)) break
      assert.ok(Date.now() < deadline, JSON.stringify(worker.status()))
      await pause(20)
    }
    await worker.flush()
    const { entries } = await readLedger(table, await openKafkaSource(client, 'events'), [0, 1])
    return entries.map(({ read, delivered, rejected, pending }) => [read, delivered, rejected, pending].map(Number))
  }
  await produce(0, 1000)
  await produce(1000, 1000, 'zstd')
  assert.deepEqual(await deliveredAll(worker, 1000), [
    [1000, 1000, 0, 0],
    [1000, 980, 20, 0],
  ])
  await restart()
  await produce(2000, 1000, 'lz4')
  assert.deepEqual(await deliveredAll(worker, 1500), [
    [1500, 1500, 0, 0],
    [1500, 1470, 30, 0],
  ])
  await client.topics.delete(['events'])
  await client.topics.create([{ name: 'events', partitions: 2 }])
  await halted(worker)

  // All of it had been delivered: who begins with the new one has nothing to ask.
  await produce(0, 100)
  await worker.assign({ epoch: 2, partitions: [0, 1] })
  const counts = await deliveredAll(worker, 50)
  assert.deepEqual(counts.slice(0, 4).toSorted(byFirst), [
    [50, 49, 1, 0],
    [50, 50, 0, 0],
    [1500, 1470, 30, 0],
    [1500, 1500, 0, 0],
  ])
  await worker.stop(5000)

  // Deleted with records that nobody had read.
  await produce(100, 20)
  await client.topics.delete(['events'])
  await client.topics.create([{ name: 'events', partitions: 2 }])
  await produce(0, 10)
  const second = await begin(3)
  await halted(second)
  assert.match(second.status().halted!.reason, /partition 0 offsets 50 to 59, partition 1 offsets 50 to 59/)
  const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: folder })
  context.after(() => duckdb.close())
  const source = await openKafkaSource(client, 'events')
  const operator = { table, memory, source, connection: await duckdb.connect(), folder }
  assert.ok(await resumeDelivery(operator, 'accept-loss'))
  assert.equal(await resumeDelivery(operator, 'accept-loss'), null)
  assert.deepEqual((await readLedger(table)).entries.map(({ lost }) => lost).toSorted(), ['0', '0', '10', '10'])
  await second.assign({ epoch: 4, partitions: [0, 1] })
  await deliveredAll(second, 5)
  assert.equal((await verifyDelivery(operator)).verdict, 'proven')
  await assert.rejects(openKafkaSource(client, 'none'), { code: 'WEIR-5013' })
})

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
