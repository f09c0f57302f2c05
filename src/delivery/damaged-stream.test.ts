import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { askKafka } from '../../test/support/ask-kafka.ts'
import { damageBatch } from '../../test/support/damage-batch.ts'
import { TestMemory } from '../../test/support/delivery-memory.ts'
import { FolderTable } from '../../test/support/delivery-table.ts'
import { runBroker } from '../../test/support/running-broker.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import { systemClock } from '../kernel/clock.ts'
import { nodeFiles } from '../kernel/files/node-files.ts'
import { silentLogger } from '../kernel/logger.ts'
import { openDuckdb } from '../sql/duckdb/open.ts'
import { connectKafka } from '../stream/client/connect.ts'
import { deleteRecordsApi } from '../stream/protocol/apis/delete-records.ts'
import { BatchBuilder } from '../stream/protocol/records/batch-builder.ts'
import { openKafkaSource } from './kafka-source.ts'
import { readLedger } from './ledger/read-ledger.ts'
import { verifyDelivery } from './ledger/verify-delivery.ts'
import { resumeDelivery } from './operate/resume-delivery.ts'
import { startDeliveryWorker } from './worker/start-delivery-worker.ts'

const batches = 5
const perBatch = 10

void test('a delivery commits what it read before damage and halts; given up, the damage is counted as lost', async (context) => {
  await using log = await runBroker()
  let client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'events', partitions: 2 }])
  for (const partition of [0, 1])
    for (let at = 0; at < batches; at++) {
      const builder = new BatchBuilder()
      for (let id = 0; id < perBatch; id++) builder.append(Buffer.from(`{"id":${id}}`), null, 1000)
      await client.produce({ topic: 'events', partition, batch: builder.finish(), acks: 'all' })
    }
  const [{ id } = { id: '' }] = await client.topics.describe(['events'])
  await client.close()
  await log.broker.stop()
  damageBatch(log.directory, id, 0, 20)
  await log.start()
  client = await connectKafka({ bootstrap: log.bootstrap })

  const folder = join(log.directory, '..')
  const table = new FolderTable(join(folder, 'table'), [{ name: 'id', type: 'long' }])
  const memory = new TestMemory()
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
    { source, table, memory, files: nodeFiles, clock: systemClock, logger: silentLogger },
  )
  context.after(() => worker.stop(0))
  const delivered = async (): Promise<number[]> =>
    (await readLedger(table, source, [0, 1])).entries
      .toSorted((left, right) => left.partition - right.partition)
      .map((entry) => Number(entry.delivered))
  await worker.assign({ epoch: 1, partitions: [0, 1] })
  await waitUntil('the delivery halts', () => worker.status().halted)
  const { code, reason } = worker.status().halted!
  assert.equal(code, 'WEIR-5019')
  assert.match(reason, /partition 0 of the stream is damaged at offset 20/)
  assert.equal((await delivered())[0], 20)

  const topics = [{ name: 'events', partitions: [{ partitionIndex: 0, offset: 30 }] }]
  await askKafka(log.broker.port, deleteRecordsApi, 2, { topics, timeoutMs: 1000 })
  const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: folder })
  const operator = { table, memory, source, connection: await duckdb.connect(), folder }
  assert.ok(await resumeDelivery(operator, 'accept-loss'))
  await worker.assign({ epoch: 2, partitions: [0, 1] })
  await waitUntil('the rest is delivered', async () => {
    if (worker.status().halted) throw new Error(JSON.stringify(worker.status()))
    await worker.flush().catch(() => undefined)
    return String(await delivered()) === '40,50'
  })
  assert.deepEqual((await readLedger(table, source, [0, 1])).entries.map(({ lost }) => lost).toSorted(), ['0', '10'])
  await worker.stop(5000)
  assert.equal((await verifyDelivery(operator)).verdict, 'proven')
  duckdb.close()
  await client.close()
})
