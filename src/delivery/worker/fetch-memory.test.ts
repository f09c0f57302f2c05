import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { deliveryBench } from '../../../test/support/delivery-bench.ts'
import { waitUntil } from '../../../test/support/wait-until.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { systemClock } from '../../kernel/clock.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { startBroker } from '../../stream/broker/start-broker.ts'
import { connectKafka } from '../../stream/client/connect.ts'
import { openKafkaSource } from '../kafka-source.ts'
import { FetchMemory } from './fetch-memory.ts'

const bench = deliveryBench()
const records = 30_000
const perPartition = records / 2

void test('what one fetch gave stays as it is while the next one is answered', () => {
  const memory = new FetchMemory(2_000_000)
  const first = memory.next(2_000_000)!
  const second = memory.next(2_000_000)!
  assert.notEqual(first.buffer, second.buffer)
  assert.equal(memory.next(2_000_000), first)
  assert.equal(memory.next(10), undefined, 'small answers have memory of their own')
  assert.notEqual(memory.next(2_000_000), first, 'a stream that was caught up with gave its memory back')
})

void test('every byte of a stream far larger than one answer arrives in its own row', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-fetch-'))
  const config = { directory: join(folder, 'log'), host: '127.0.0.1', port: 0, autoCreateTopics: false }
  const services = { files: nodeFiles, clock: systemClock, logger: silentLogger }
  const broker = await startBroker({ ...config, defaultPartitions: 2 }, services)
  const client = await connectKafka({ bootstrap: `127.0.0.1:${broker.port}` })
  context.after(async () => {
    await client.close()
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  await client.topics.create([{ name: 'events', partitions: 2 }])
  const producer = await client.createProducer({ topic: 'events' })
  for (let id = 0; id < records; id++)
    await producer.send({ value: `{"id":${id},"name":"${`${id},`.repeat(150)}"}`, partition: id % 2 })
  await producer.flush()
  await producer.close()

  // Small blocks: reading waits for DuckDB in the middle of an answer, while the next one comes in.
  const { start, table } = bench.world({ flushBytes: 2_000_000 })
  const worker = await start(await openKafkaSource(client, 'events'))
  await worker.assign({ epoch: 1, partitions: [0, 1] })
  await waitUntil('all records are read', () =>
    worker.status().partitions.filter(({ position }) => Number(position) === perPartition).length === 2
      ? true
      : undefined,
  )
  await worker.flush()
  const { paths } = await (await table.load()).dataFiles()
  const files = paths.map((path) => `'${path}'`).join(', ')
  const rows = await bench.query(
    `SELECT count(*) AS rows, count(DISTINCT id) AS ids, count(*) FILTER (name = repeat(id || ',', 150)) AS whole,
            count(*) FILTER (_source_partition = id % 2 AND _offset = id // 2) AS placed
     FROM read_parquet([${files}])`,
  )
  const all = BigInt(records)
  assert.deepEqual(rows, [{ rows: all, ids: all, whole: all, placed: all }])
  const { recordsRead, recordsRejected } = worker.status()
  assert.deepEqual(
    { recordsRead, recordsRejected },
    { recordsRead: records, recordsRejected: 0 },
    'nothing was read again',
  )
})
