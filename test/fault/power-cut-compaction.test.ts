import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { headersOf, keyedBatch, recordsOf, type KeyedRecord } from '../support/keyed-records.ts'
import { openIn } from '../support/partition-folder.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { secretKey } from '../../src/stream/broker/encryption/customer-key.ts'
import { encryptedFiles } from '../../src/stream/broker/encryption/encrypted-files.ts'
import { openKeyring } from '../../src/stream/broker/encryption/keyring.ts'
import type { PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'

const segmentBytes = 2000
const settings = { minLagMs: 0, maxLagMs: Infinity, segmentBytes, deleteRetentionMs: 86_400_000 }
const budget = { bytesPerSecond: 1e9, memoryBytes: 24 * 60, signal: new AbortController().signal }

interface History {
  /** All that was appended; the place is the offset. */
  readonly records: readonly KeyedRecord[]
  /** So many records were acknowledged at that moment. */
  readonly acknowledged: readonly { readonly moment: number; readonly records: number }[]
  /** Moments at which a pass ran. */
  readonly passes: readonly (readonly [from: number, to: number])[]
}

/** Bursts of records, and passes of compaction between them and beside them. */
async function work(recording: Recording, root: string, files: Files, random: Random): Promise<History> {
  const log = await openIn(root, { files, segmentBytes })
  const records: KeyedRecord[] = []
  const acknowledged: { moment: number; records: number }[] = []
  const passes: (readonly [number, number])[] = []
  const burst = async (): Promise<void> => {
    for (let at = 0; at < 15; at++) {
      const batch = Array.from({ length: 1 + random.pick(4) }, () => ({
        key: `key-${random.pick(25)}`,
        value: random.chance(0.2) ? null : `${records.length}`.padEnd(random.pick(120)),
        timestamp: 1000,
      }))
      records.push(...batch)
      const compression = random.oneOf(['none', 'zstd'] as const)
      await log.append(keyedBatch(batch, { compression }))
      acknowledged.push({ moment: recording.now(), records: records.length })
    }
  }
  for (let round = 0; round < 6; round++) {
    await burst()
    await log.roll()
    const started = recording.now()
    await Promise.all([log.compact(settings, { ...budget, seed: round }), round % 2 === 1 ? burst() : undefined])
    passes.push([started, recording.now()])
  }
  await log.close()
  return { records, acknowledged, passes }
}

function tableOf(records: readonly KeyedRecord[]): ReadonlyMap<string | null, string> {
  const table = new Map<string | null, string>()
  for (const { key, value } of records)
    if (value === null) table.delete(key)
    else table.set(key, value)
  return table
}

async function check(log: PartitionLog, { records, acknowledged }: History, cut: number, where: string): Promise<void> {
  assert.equal(log.trouble, undefined, where)
  const least = acknowledged.findLast(({ moment }) => moment <= cut)?.records ?? 0
  assert.ok(
    log.endOffset >= least,
    `${where}: ${least} records were acknowledged, and the log ends at ${log.endOffset}`,
  )
  await headersOf(log)
  const found = await recordsOf(log)
  for (const { offset, key, value } of found)
    assert.deepEqual([key, value], [records[offset]?.key, records[offset]?.value])
  assert.deepEqual(tableOf(found), tableOf(records.slice(0, log.endOffset)), where)
}

function leftovers(folder: string): readonly string[] {
  const names = readdirSync(folder)
  const logs = names.filter((name) => name.endsWith('.log'))
  const bases = new Set(logs.map((name) => name.slice(0, 20)))
  const orphans = names.filter((name) => name.endsWith('.index') && !logs.includes(name.replace('.index', '.log')))
  return [...names.filter((name) => name.endsWith('.log.new')), ...orphans, ...(logs.length > bases.size ? logs : [])]
}

/** Half of the cuts come while a pass runs. */
function momentOf({ passes }: History, random: Random, last: number): number {
  if (random.chance(0.5)) return random.pick(last + 1)
  const [from, to] = random.oneOf(passes)
  return from + random.pick(to - from + 1)
}

interface Disk {
  /** How the log sees its files. */
  readonly seen?: (files: Files) => Files
  readonly careless?: (files: Files) => Files
}

const asItIs = (files: Files): Files => files

async function cutPower(seed: number, cuts: number, { seen = asItIs, careless = asItIs }: Disk = {}): Promise<void> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-compaction-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    const history = await work(recording, root, seen(careless(recording.files)), random)
    for (let round = 0; round < cuts; round++) {
      const cut = momentOf(history, random, recording.now())
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      const files = seen(nodeFiles)
      let log = await openIn(into, { files, segmentBytes })
      assert.deepEqual(leftovers(into), [], `after a cut at ${cut}`)
      await check(log, history, cut, `after a cut at ${cut}`)
      await log.compact(settings, { ...budget, seed: 1 })
      await check(log, history, cut, `cleaned after a cut at ${cut}`)
      await log.close()
      log = await openIn(into, { files: seen(nodeFiles), segmentBytes, recoveryPoint: log.endOffset })
      await check(log, history, cut, `opened once more after a cut at ${cut}`)
      await log.close()
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const timeout = 600_000

void test(
  'INV-C1, INV-C3, INV-C6: a power cut at any step of compaction costs no last record, no offset, and leaves no file',
  { timeout },
  async (context) => {
    await cutPower(chosenSeed(context), 150)
  },
)

void test('an encrypted partition holds the same at a power cut in compaction', { timeout }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-cut-keys-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const key = secretKey(randomBytes(32).toString('base64'), 'the test')
  const keyring = await openKeyring(nodeFiles, folder, key, [])
  await cutPower(chosenSeed(context), 60, { seen: (files) => encryptedFiles(files, keyring) })
})

void test(
  'the same test sees a compaction that syncs no file, and one that syncs no folder',
  { timeout },
  async (context) => {
    const seed = chosenSeed(context)
    const forget = async (): Promise<void> => {}
    const withoutFileSync = (files: Files): Files => ({
      ...files,
      open: async (path, mode) =>
        path.endsWith('.log.new') ? { ...(await files.open(path, mode)), sync: forget } : files.open(path, mode),
    })
    const withoutFolderSync = (files: Files): Files => ({ ...files, syncDirectory: forget })
    for (const careless of [withoutFileSync, withoutFolderSync]) await assert.rejects(cutPower(seed, 150, { careless }))
  },
)
