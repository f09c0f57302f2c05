import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TestMemory } from '../../test/support/delivery-memory.ts'
import { FolderTable } from '../../test/support/delivery-table.ts'
import { runBroker } from '../../test/support/running-broker.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { systemClock } from '../kernel/clock.ts'
import { nodeFiles } from '../kernel/files/node-files.ts'
import { silentLogger } from '../kernel/logger.ts'
import { openDuckdb } from '../sql/duckdb/open.ts'
import { connectKafka } from '../stream/client/connect.ts'
import { openKafkaSource } from './kafka-source.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { verifyDelivery } from './ledger/verify-delivery.ts'
import { startDeliveryWorker } from './worker/start-delivery-worker.ts'

void test('a delivery of a compacted stream: what was compacted before it came is no loss, what goes after it stays; the ledger adds up (rule 11)', async (context) => {
  const limits = { compactionCheckIntervalMs: 20, retentionCheckIntervalMs: 20 }
  await using log = await runBroker({ config: { limits } })
  const folder = mkdtempSync(join(tmpdir(), 'weir-compacted-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const client = await connectKafka({ bootstrap: log.bootstrap })
  const configs = { 'cleanup.policy': 'compact', 'internal.segment.bytes': '2000', 'min.cleanable.dirty.ratio': '0.01' }
  await client.topics.create([{ name: 'events', partitions: 1, configs }])
  const producer = await client.createProducer({ topic: 'events' })
  const produce = async (from: number, count: number): Promise<void> => {
    for (let id = from; id < from + count; id++) {
      await producer.send({ key: `key-${id % 5}`, value: `{"id":${id}}` })
      await producer.flush()
    }
  }
  const bytes = (): number => log.broker.status().topics[0]!.partitions[0]!.bytes
  const compacted = async (before: number): Promise<unknown> => waitUntil('compacted', () => bytes() < before / 2)
  await produce(0, 60)
  await compacted(60 * 80)

  const table = new FolderTable(join(folder, 'table'), [{ name: 'id', type: 'long' }])
  const source = await openKafkaSource(client, 'events')
  const begin = (tail: string) =>
    startDeliveryWorker(
      {
        delivery: 'd',
        table: 'public.t',
        tailDirectory: join(folder, tail),
        format: 'json',
        onNewField: 'reject',
        flushBytes: 64e6,
        flushAgeMs: 600_000,
        memoryLimitBytes: 5e8,
      },
      { source, table, memory: new TestMemory(), files: nodeFiles, clock: systemClock, logger: silentLogger },
    )
  const worker = await begin('tail')
  context.after(() => worker.stop(0))
  await worker.assign({ epoch: 1, partitions: [0] })
  const deliveredAll = async () => {
    await waitUntil('all is delivered', async () => {
      await worker.flush()
      return (await readLedger(table, source, [0])).entries[0]!.pending === '0'
    })
    return (await readLedger(table, source, [0])).entries[0]!
  }
  const first = await deliveredAll()
  assert.equal(first.next, '60')
  assert.ok(Number(first.read) < 60 && Number(first.read) >= 5, `${first.read} were left`)
  await produce(60, 60)
  const second = await deliveredAll()
  assert.deepEqual([second.next, second.lost, second.rejected], ['120', '0', '0'])
  await compacted(120 * 80)
  await worker.stop(5000)
  await producer.close()

  const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: folder })
  const operator = { table, memory: new TestMemory(), source, connection: await duckdb.connect(), folder }
  assert.equal((await verifyDelivery(operator)).verdict, 'proven')
  duckdb.close()
  await client.close()
})
