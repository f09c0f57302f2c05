import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { removeOrphans } from '../../src/lake/maintenance/remove-orphans.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { under } from '../../src/storage/objects/location.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import { memoryPointers } from '../support/memory-pointers.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { serveCatalog } from '../support/served-catalog.ts'
import {
  checkWrittenRows,
  commitRows,
  createWrittenTable,
  writtenTable,
  type WrittenLake,
} from '../support/written-lake.ts'
import { chosenSeed } from './chosen-seed.ts'

const writers = 3
const commitsEach = 6
const rowsOfCommit = 2000
/** One commit of each writer is a file of several parts. */
const rowsOfLargeCommit = 450_000

function rowsOf(commit: number): number {
  return commit === 0 ? rowsOfLargeCommit : rowsOfCommit
}

async function checkRows(lake: WrittenLake): Promise<void> {
  const scan = await checkWrittenRows(lake, writers, commitsEach)
  const isLarge = scan.dataFiles.some(({ sizeBytes }) => sizeBytes > 5 << 20)
  assert.ok(isLarge, 'no file was sent in parts')
}

for (const format of ['iceberg', 'delta'])
  void test(`every row of a lake in S3 is there once, whatever answers of store and catalog are lost: ${format}`, (context) =>
    loseAnswers(format, context))

async function loseAnswers(format: string, context: TestContext): Promise<void> {
  const seed = chosenSeed(context)
  const random = seededRandom(seed)
  const faults = { 'error-rate': 0.05, 'reset-rate': 0.04, 'lost-rate': 0.08, 'truncate-rate': 0.04, latency: '0-5' }
  await using proxy = await startChaosProxy(s3Server().endpoint, seed, faults)
  await using failing = await openS3Store({ endpoint: proxy.url, cacheBytesMax: 100e6 })
  const { store, root } = failing
  const catalog = createCatalog({ pointers: memoryPointers(), objects: store, warehouse: root })
  await using served = await serveCatalog(catalog)
  const client = connectCatalog({ uri: served.uri })
  const folder = await mkdtemp(join(tmpdir(), 'weir-lake-s3-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const lake: WrittenLake = { client, store, folder, db: await instance.connect(), rowsOf }
  try {
    const location = await createWrittenTable(client, { 'weir.format': format })
    served.decide = (method) =>
      method === 'POST' && random.chance(0.3) ? random.oneOf(['before', 'after', 'within']) : 'answered'
    const seen = await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        const outcomes: string[] = []
        for (let commit = 0; commit < commitsEach; commit++) outcomes.push(...(await commitRows(lake, writer, commit)))
        return outcomes
      }),
    )
    served.decide = () => 'answered'
    await checkRows(lake)
    assert.ok(seen.flat().includes('unknown'), 'no outcome was unknown')

    // All that is left of writers that failed goes, and nothing that the table needs.
    const later = () => Date.now() + 4 * 86_400_000
    await removeOrphans(writtenTable, { client, store, reader: manifestReader(store), now: later })
    await using fresh = await openS3Store({ endpoint: proxy.url, cacheBytesMax: 100e6 })
    await checkRows({ ...lake, store: fresh.store })
    for await (const object of store.list(under(location, '')))
      assert.ok(!object.location.includes('uploadId='), `${object.location} was left`)
    const { requests, lost, error, reset, truncate } = await proxy.counts()
    context.diagnostic(
      `${seen.flat().length} commits sent, ${seen.flat().filter((outcome) => outcome === 'unknown').length} of unknown outcome; ` +
        `of ${requests} requests ${error} failed, ${reset} reset, ${truncate} broken off, ${lost} done without an answer`,
    )
    assert.ok(lost > 0 && error > 0 && reset > 0 && truncate > 0)
  } finally {
    lake.db.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true })
  }
}
