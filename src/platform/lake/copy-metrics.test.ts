import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Registry } from 'prom-client'
import { avroContainer } from '../../../test/support/avro-container.ts'
import { copyMetrics } from './copy-metrics.ts'
import { openLake } from './open-lake.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-copy-metrics-'))
after(() => rmSync(folder, { recursive: true, force: true }))

void test('copies of rows in Avro are counted once there are some: files, bytes, hits and misses', async () => {
  const place = { warehouse: `file://${folder}/lake`, copies: { cacheDirectory: join(folder, 'cache') } }
  const lake = await openLake(place, 'engine')
  const registry = new Registry()
  copyMetrics(registry, 'row', async () => lake.rowFigures())
  const samples = async (): Promise<readonly string[]> =>
    (await registry.metrics()).split('\n').filter((line) => /^weir_row_copies_\w+ [1-9]/.test(line))
  assert.deepEqual(await samples(), [])
  assert.equal(lake.rowFigures(), undefined)
  const schema = { type: 'record', name: 'table', fields: [{ name: 'v', 'field-id': 1, type: 'int' }] }
  const bytes = avroContainer(schema, [{ v: 7 }])
  const location = `file://${folder}/lake/rows.avro`
  await lake.put(location, bytes)
  for (let time = 0; time < 3; time++)
    (await lake.rowCopies!.hold({ location, sizeBytes: bytes.length, recordCount: 1 })).release()
  const figures = lake.rowFigures()!
  assert.deepEqual([figures.files, figures.hits, figures.misses, figures.evictions], [1, 2, 1, 0])
  assert.deepEqual((await samples()).toSorted(), [
    `weir_row_copies_bytes ${figures.bytes}`,
    'weir_row_copies_files 1',
    'weir_row_copies_hits_total 2',
    `weir_row_copies_max_bytes ${figures.bytesMax}`,
    'weir_row_copies_misses_total 1',
  ])
})
