import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import kafkajs from 'kafkajs'
import { TestMemory } from '../support/delivery-memory.ts'
import { FolderTable } from '../support/delivery-table.ts'
import { waitUntil } from '../support/wait-until.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger } from '../../src/kernel/logger.ts'
import { openDuckdb } from '../../src/sql/duckdb/open.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { openKafkaSource } from '../../src/delivery/kafka-source.ts'
import { readLedger } from '../../src/delivery/ledger/read-ledger.ts'
import { verifyDelivery } from '../../src/delivery/ledger/verify-delivery.ts'
import { startDeliveryWorker } from '../../src/delivery/worker/start-delivery-worker.ts'

/**
 * A delivery carries committed records only, waits for an open transaction and says so; its ledger adds up and is proven (delivery.md,
 * rule 11). Over any broker.
 */
export async function deliverTransactions(context: TestContext, bootstrap: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-transactional-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  const client = await connectKafka({ bootstrap })
  await client.topics.create([{ name: 'events', partitions: 1 }])
  const kafka = new kafkajs.Kafka({ brokers: [bootstrap], logLevel: kafkajs.logLevel.NOTHING })
  const producer = kafka.producer({ transactionalId: 'x', idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  context.after(() => producer.disconnect())
  const valuesOf = (from: number): { value: string }[] =>
    [0, 1, 2].map((at) => ({ value: JSON.stringify({ id: from + at }) }))
  for (let round = 0; round < 6; round++) {
    const transaction = await producer.transaction()
    await transaction.send({ topic: 'events', messages: valuesOf(round * 10) })
    await (round % 2 === 0 ? transaction.commit() : transaction.abort())
  }
  const open = await producer.transaction()
  await open.send({ topic: 'events', messages: valuesOf(100) })
  await client.createProducer({ topic: 'events' }).then(async (other) => {
    await other.send({ value: '{"id":200}' })
    await other.close()
  })

  const table = new FolderTable(join(folder, 'table'), [{ name: 'id', type: 'long' }])
  const source = await openKafkaSource(client, 'events')
  const worker = await startDeliveryWorker(
    {
      delivery: 'd',
      table: 'public.t',
      tailDirectory: join(folder, 'tail'),
      format: 'json',
      onNewField: 'reject',
      flushBytes: 64e6,
      flushAgeMs: 600_000,
      memoryLimitBytes: 5e8,
    },
    { source, table, memory: new TestMemory(), files: nodeFiles, clock: systemClock, logger: silentLogger },
  )
  context.after(() => worker.stop(0))
  await worker.assign({ epoch: 1, partitions: [0] })
  await waitUntil('the delivery says whom it waits for', () => worker.status().held?.includes('producer'))
  // Six transactions of three records and a marker.
  assert.match(worker.status().held!, /^waits for an open transaction of producer \d+ at offset 24 of partition 0$/)
  assert.ok((await worker.tails()).partitions[0]!.ready, 'queries do not wait for it')
  await worker.flush()
  const [before] = (await readLedger(table, source, [0])).entries
  assert.deepEqual([before!.next, before!.delivered, before!.pending], ['24', '9', '4'])

  await open.commit()
  await waitUntil('the rest is delivered', async () => {
    await worker.flush()
    return (await readLedger(table, source, [0])).entries[0]!.pending === '0'
  })
  assert.equal(worker.status().held, null)
  const [after] = (await readLedger(table, source, [0])).entries
  assert.deepEqual([after!.read, after!.delivered, after!.rejected], ['13', '13', '0'])
  await worker.stop(5000)
  const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: folder })
  const connection = await duckdb.connect()
  const operator = { table, memory: new TestMemory(), source, connection, folder }
  assert.equal((await verifyDelivery(operator)).verdict, 'proven')
  duckdb.close()
  await client.close()
}
