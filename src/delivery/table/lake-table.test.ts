import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { TestMemory } from '../../../test/support/delivery-memory.ts'
import { RecordLog } from '../../../test/support/record-log.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { silentLogger } from '../../kernel/logger.ts'
import { literal } from '../../lake/types/duckdb-type.ts'
import { schemaOf } from '../../lake/types/schema.ts'
import { openDuckdb } from '../../sql/duckdb/open.ts'
import { startDeliveryWorker } from '../worker/start-delivery-worker.ts'
import { openLakeTable } from './lake-table.ts'

void test('a partitioned Iceberg table gets tails in bulk and small ones, in one snapshot each', async (context) => {
  await using lake = await openLocalLake()
  const columns = [
    { name: 'at', type: 'timestamp' },
    { name: 'id', type: 'long' },
    { name: '_source', type: 'string' },
    { name: '_source_partition', type: 'int' },
    { name: '_offset', type: 'long' },
    { name: '_timestamp', type: 'timestamptz' },
  ]
  await lake.client.ensureNamespace(['public'])
  await lake.client.createTable(['public'], {
    name: 't',
    schema: schemaOf(columns),
    partition: [{ name: 'at_month', transform: 'month', 'source-id': 1 }],
  })
  const ident = { namespace: ['public'], name: 't' }
  const table = openLakeTable(ident, { catalog: lake.client, store: lake.store })
  const log = new RecordLog(undefined, 2)
  const worker = await startDeliveryWorker(
    {
      delivery: 'd',
      table: 'public.t',
      tailDirectory: join(lake.folder, 'tail'),
      format: 'json',
      onNewField: 'add column',
      flushBytes: 300_000,
      flushAgeMs: 600_000,
      memoryLimitBytes: 5e8,
    },
    { source: log, table, memory: new TestMemory(), files: nodeFiles, clock: systemClock, logger: silentLogger },
  )
  context.after(() => rm(join(lake.folder, 'tail'), { recursive: true, force: true }))
  await worker.assign({ epoch: 1, partitions: [0, 1] })
  const value = (id: number) => `{"at":"2001-0${1 + (id % 3)}-01 00:00:00","id":${id}}`
  for (let batch = 0; batch < 10; batch++)
    log.append(
      batch % 2,
      Array.from({ length: 1000 }, (_, id) => value(batch * 1000 + id)),
    )
  log.append(0, ['{"id":"no"}', '{"id":10000,"extra":"x"}'])
  const deadline = Date.now() + 15_000
  for (;;) {
    const { partitions } = await worker.tails()
    if (
      partitions.length === 2 &&
      partitions.every(({ end, partition }) => Number(end) >= (partition === 0 ? 5002 : 5000))
    )
      break
    assert.ok(Date.now() < deadline, JSON.stringify(worker.status()))
    await pause(10)
  }
  await worker.flush()
  await worker.stop(10_000)
  const view = await table.load()
  const { paths } = await view.dataFiles()
  const duckdb = await openDuckdb({ memoryLimitBytes: 5e8, threads: 1, temporaryDirectory: lake.folder })
  context.after(() => duckdb.close())
  const [sum] = await duckdb.query(
    `SELECT count(*)::INT AS rows, count(DISTINCT id)::INT AS ids, count(DISTINCT (_source_partition, _offset))::INT AS places, max(extra) AS extra
     FROM read_parquet([${paths.map(literal).join(', ')}], union_by_name = true)`,
  )
  assert.deepEqual(sum, { rows: 10_001, ids: 10_001, places: 10_001, extra: 'x' })
  const state = await table.readState(view.state!)
  assert.deepEqual(
    state.entries.map(({ partition, next, read, rejected }) => [partition, next, read, rejected]),
    [
      [0, '5002', '5002', '1'],
      [1, '5000', '5000', '0'],
    ],
  )
  assert.equal(view.summary.kind === 'named' && view.summary.path, view.state)
  const { metadata } = await lake.client.loadTable(ident)
  assert.ok((metadata.snapshots ?? []).length >= 3)
})
