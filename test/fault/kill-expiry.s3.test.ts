import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { suite, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCatalog } from '../../src/lake/catalog/create-catalog.ts'
import { connectCatalog } from '../../src/lake/client/connect-catalog.ts'
import { commitRewrite } from '../../src/lake/commit/commit-rewrite.ts'
import { reachableFiles } from '../../src/lake/maintenance/reachable-files.ts'
import { letterFilesOf, statesInForce } from '../../src/lake/maintenance/state-files.ts'
import { manifestReader } from '../../src/lake/manifest/manifest-reader.ts'
import { applicableDeletes } from '../../src/lake/scan/applicable-deletes.ts'
import { planScan } from '../../src/lake/scan/plan-scan.ts'
import { under } from '../../src/storage/objects/location.ts'
import { startChaosProxy } from '../support/chaos-proxy.ts'
import {
  commitFile,
  committedTable,
  createCommittedTable,
  filesUnder,
  type CommittedLake,
} from '../support/lake-commits.ts'
import { memoryPointers } from '../support/memory-pointers.ts'
import { openS3Store, s3Server } from '../support/s3-store.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { serveCatalog } from '../support/served-catalog.ts'
import { chosenSeed } from './chosen-seed.ts'

/** Keeps two snapshots and what is younger than a day. */
const brief = {
  'history.expire.min-snapshots-to-keep': '2',
  'history.expire.max-snapshot-age-ms': '86400000',
  'weir.history.every-ms': '0',
  'weir.history.spacing-ms': '0',
}
/** Slow enough that a kill hits work, and as unreliable as a bad day. */
const badDay = { 'error-rate': 0.03, 'reset-rate': 0.03, 'lost-rate': 0.04, 'truncate-rate': 0.02, latency: '5-30' }
const rounds = 8
const commitsOfRound = 6
const killedWithinMs = 1500

void suite('kill -9 of expiry and of the removal of orphans in S3', () => {
  for (const format of ['iceberg', 'delta'])
    void test(`no file that the table names goes, and the next run removes what was left: ${format}`, (context) =>
      killExpiry(format, context))
})

async function killExpiry(format: string, context: TestContext): Promise<void> {
  const seed = chosenSeed(context)
  const random = seededRandom(seed)
  await using direct = await openS3Store()
  await using proxy = await startChaosProxy(s3Server().endpoint, seed, badDay)
  const catalog = createCatalog({ pointers: memoryPointers(), objects: direct.store, warehouse: direct.root })
  await using served = await serveCatalog(catalog)
  const lake = { client: connectCatalog({ uri: served.uri }), store: direct.store }
  await createCommittedTable(lake, { ...brief, 'weir.format': format })
  const run = (kill?: Kill) => maintainElsewhere([served.uri, proxy.url, direct.settings.cacheDirectory], kill)
  const tally = { expiry: 0, orphans: 0, unnamed: 0 }
  for (let round = 0; round < rounds; round++) {
    await commitRound(lake, round)
    served.decide = (method) =>
      method === 'POST' && random.chance(0.3) ? random.oneOf(['before', 'after', 'within']) : 'answered'
    const said = await run({ behind: random.oneOf(['begins', 'expired']), ms: random.pick(killedWithinMs) })
    served.decide = () => 'answered'
    if (said === 'begins') tally.expiry++
    if (said === 'expired') tally.orphans++
    tally.unnamed += (await checkNamed(lake, round)).length
  }
  context.diagnostic(
    `killed in ${tally.expiry} expiries and ${tally.orphans} removals of orphans, of ${rounds}; ${tally.unnamed} files were left unnamed`,
  )
  assert.ok(tally.expiry + tally.orphans > rounds / 3 && tally.unnamed > 0, `too few were at work, seed ${seed}`)
  await commitRound(lake, rounds)
  assert.match(await run(), /^\d+ snapshots \d+ orphans$/)
  assert.deepEqual(await checkNamed(lake, rounds), [], `seed ${seed}`)
}

/** Commits as deliveries make them, then one file in the place of all, as compaction does. */
async function commitRound(lake: CommittedLake, round: number): Promise<void> {
  for (let each = 0; each < commitsOfRound; each++) {
    const at = round * commitsOfRound + each
    // Each state names its own dead letters and those of the commit before.
    const letters = at === 0 ? [at] : [at - 1, at]
    await commitFile(lake, await lake.client.loadTable(committedTable), { at, now: Date.now(), letters })
  }
  const { metadata } = await lake.client.loadTable(committedTable)
  const reader = manifestReader(lake.store)
  const scan = await planScan({ metadata, store: lake.store, reader })
  const location = `${metadata.location}/data/compacted-${round}.parquet`
  await lake.store.put(location, Buffer.from('PAR1'))
  const recordCount = scan.dataFiles.reduce((sum, file) => sum + file.recordCount, 0)
  const rewrite = {
    tableUuid: metadata['table-uuid'],
    sequenceNumber: metadata['last-sequence-number'],
    replaced: applicableDeletes(scan),
    added: [{ ...scan.dataFiles[0]!, location, recordCount }],
  }
  const outcome = await commitRewrite(committedTable, rewrite, { ...lake, reader })
  assert.equal(outcome.kind, 'committed')
}

/** Every file that a snapshot, a state or the table itself names is in the bucket, and the rows are all of those committed; answers the files that are named by nothing. */
async function checkNamed(lake: CommittedLake, round: number): Promise<readonly string[]> {
  const { store } = lake
  const { metadata, metadataLocation } = await lake.client.loadTable(committedTable)
  const { lists, manifests, data } = await reachableFiles(metadata.snapshots ?? [], {
    store,
    reader: manifestReader(store),
  })
  const states = statesInForce(metadata)
  const letters = await letterFilesOf(states, metadata, store, 'fails')
  const history = (metadata['metadata-log'] ?? []).map((entry) => entry['metadata-file'])
  const own = under(metadata.location, '')
  const named = new Set([
    ...[...lists, ...manifests, ...data, ...history, metadataLocation].map((location) => location.slice(own.length)),
    ...states,
    ...letters,
  ])
  const found = new Set((await filesUnder(lake, { metadata }, '')).filter((name) => !name.includes('_delta_log/')))
  assert.deepEqual(
    [...named].filter((name) => !found.has(name)),
    [],
    'named, and not there',
  )
  const scan = await planScan({ metadata, store })
  const rows = scan.dataFiles.reduce((sum, file) => sum + file.recordCount, 0)
  assert.equal(rows, (round + 1) * commitsOfRound)
  return [...found].filter((name) => !named.has(name))
}

interface Kill {
  /** So long after it has said that. */
  readonly behind: 'begins' | 'expired'
  readonly ms: number
}

/** In a process of its own. Answers what it said last. */
async function maintainElsewhere(
  [uri, endpoint, folder]: readonly [string, string, string],
  kill?: Kill,
): Promise<string> {
  const words = [
    join(import.meta.dirname, 'expiry-killed.ts'),
    uri,
    endpoint,
    s3Server().bucket,
    join(folder, 'killed'),
  ]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) {
    last = line
    if (line === kill?.behind) void pause(kill.ms).then(() => child.kill('SIGKILL'))
  }
  await ended
  return last
}
