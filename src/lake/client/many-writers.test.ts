import assert from 'node:assert/strict'
import { test } from 'node:test'
import { appendOnce } from '../../../test/support/append-once.ts'
import { openLocalLake } from '../../../test/support/local-lake.ts'
import { committedTable, createCommittedTable, unsynced } from '../../../test/support/lake-commits.ts'
import { seededRandom } from '../../../test/support/seeded-random.ts'
import { serveCatalog, type Fate } from '../../../test/support/served-catalog.ts'
import { ancestors } from '../metadata/read.ts'
import { planScan } from '../scan/plan-scan.ts'
import { connectCatalog } from './connect-catalog.ts'

const [writers, appendsEach] = [4, 8]

void test('INV-L2: of many writers whose answers get lost each append is there once, in one line of snapshots', async () => {
  const seed = Date.now() % 100_000
  const random = seededRandom(seed)
  await using lake = await openLocalLake({ files: unsynced })
  await createCommittedTable(lake)
  await using served = await serveCatalog(lake.catalog)
  served.decide = () =>
    random.oneOf<Fate>(['answered', 'answered', 'answered', 'answered', 'before', 'after', 'within'])
  const names = Array.from({ length: writers }, (_, writer) =>
    Array.from({ length: appendsEach }, (__, at) => `${writer}-${at}`),
  )
  await Promise.all(
    names.map(async (own) => {
      const client = connectCatalog({ uri: served.uri })
      for (const name of own) await appendOnce(lake, client, name)
    }),
  )
  const { metadata } = await lake.client.loadTable(committedTable)
  const { dataFiles } = await planScan({ metadata, store: lake.store })
  const found = dataFiles.map(({ location }) => location.replace(/^.*\/|\.parquet$/g, ''))
  const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => a.localeCompare(b))
  assert.deepEqual(sorted(found), sorted(names.flat()), `seed ${seed}`)
  const line = [...ancestors(metadata, metadata['current-snapshot-id'])]
  assert.equal(line.length, writers * appendsEach, `seed ${seed}`)
  assert.deepEqual(
    line.map((snapshot) => snapshot['sequence-number']),
    Array.from({ length: line.length }, (_, at) => line.length - at),
    `seed ${seed}`,
  )
})
