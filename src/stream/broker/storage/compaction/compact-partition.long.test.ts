import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { chosenSeed } from '../../../../../test/fault/chosen-seed.ts'
import { compact, dayMs, lastOfKeys, openUnsynced, randomRecord } from '../../../../../test/support/compacting.ts'
import {
  headersOf,
  keyedBatch,
  recordsOf,
  type KeyedRecord,
  type PlacedRecord,
} from '../../../../../test/support/keyed-records.ts'
import { createPartitionFolder } from '../../../../../test/support/partition-folder.ts'
import { seededRandom, type Random } from '../../../../../test/support/seeded-random.ts'
import { noProducer } from '../../../protocol/records/batch-builder.ts'
import { compressionOf, readBatchHeader, withChecksum } from '../../../protocol/records/batch-header.ts'
import type { PartitionLog } from '../partition-log.ts'

async function appendRandom(log: PartitionLog, random: Random, batches: number, keys = 60): Promise<void> {
  // Others with each call.
  const producers = [0, 1, 2].map((at) => log.endOffset * 10 + at)
  const sequences = new Map(producers.map((producerId) => [producerId, 0]))
  for (let at = 0; at < batches; at++) {
    const count = 1 + random.pick(6)
    const records = Array.from({ length: count }, (_, index) => randomRecord(random, 1_000_000 + at * 10 + index, keys))
    const compression = random.oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
    const producerId = random.chance(0.5) ? random.oneOf(producers) : -1
    const baseSequence = sequences.get(producerId) ?? 0
    const producer = producerId < 0 ? noProducer : { producerId, producerEpoch: 0, baseSequence }
    sequences.set(producerId, baseSequence + count)
    await log.append(keyedBatch(records, { compression, producer }))
  }
}

void test('INV-C1, INV-C2, INV-C3: the last record of each key stays as it was, all others go, over many passes and starts', async (context) => {
  using folder = createPartitionFolder()
  const random = seededRandom(chosenSeed(context))
  let log = await openUnsynced(folder, { segmentBytes: 3000 })
  const all: PlacedRecord[] = []
  for (let round = 0; round < 8; round++) {
    await appendRandom(log, random, 40)
    await log.roll()
    const before = await recordsOf(log)
    all.push(...before.filter(({ offset }) => offset >= (all.at(-1)?.offset ?? -1) + 1))
    const lastOffset = new Map(before.map(({ key, offset }) => [key, offset]))
    const result = await compact(log)
    assert.equal(result?.to, log.endOffset)
    const after = await recordsOf(log)
    assert.deepEqual(
      after,
      before.filter(({ key, offset }) => lastOffset.get(key) === offset),
    )
    assert.deepEqual(lastOfKeys(after), lastOfKeys(all))
    if (round % 2 === 1) {
      await log.close()
      log = await openUnsynced(folder, { segmentBytes: 3000, recoveryPoint: log.endOffset })
      assert.equal(log.trouble, undefined)
      assert.deepEqual(await recordsOf(log), after)
    }
  }
  assert.ok(folder.segments().length < 6, 'small segments were put together')
  await log.close()
})

void test('INV-C1: without its indexes a cleaned partition is read from its files, and is whole', async (context) => {
  using folder = createPartitionFolder()
  let log = await openUnsynced(folder, { segmentBytes: 3000 })
  await appendRandom(log, seededRandom(chosenSeed(context)), 200)
  await log.roll()
  await compact(log)
  const expected = await recordsOf(log)
  await log.close()
  folder.removeIndexes()
  log = await openUnsynced(folder, { segmentBytes: 3000 })
  assert.equal(log.trouble, undefined)
  assert.deepEqual(await recordsOf(log), expected)
  await log.close()
})

void test('memory for few keys: each pass goes as far as it knows, and all of them together clean all', async (context) => {
  using folder = createPartitionFolder()
  const log = await openUnsynced(folder, { segmentBytes: 3000 })
  await appendRandom(log, seededRandom(chosenSeed(context)), 300, 500)
  await log.roll()
  const before = await recordsOf(log)
  let passes = 0
  for (let to = 0; to < log.endOffset; passes++) {
    const result = await compact(log, { memoryBytes: 24 * 100 })
    assert.ok(result && result.to > to)
    to = result.to
    assert.deepEqual(lastOfKeys(await recordsOf(log)), lastOfKeys(before))
  }
  assert.ok(passes > 3, `${passes} passes`)
  const left = await recordsOf(log)
  assert.equal(new Set(left.map(({ key }) => key)).size, left.length)
  await log.close()
})

void test('INV-C4: a tombstone stays for its time, which is written into its batch once, and then goes', async () => {
  using folder = createPartitionFolder()
  let now = 1_800_000_000_000
  const log = await openUnsynced(folder, { now: () => now })
  const at = (key: string, value: string | null): KeyedRecord => ({ key, value, timestamp: 1000 })
  await log.append(keyedBatch([at('a', '1'), at('b', '1')], { compression: 'zstd' }))
  await log.append(keyedBatch([at('a', null), at('c', '1')], { compression: 'zstd' }))
  const kept = async (): Promise<string[]> =>
    (await recordsOf(log)).map(({ offset, key, value, timestamp }) => `${offset} ${key}=${value} ${timestamp}`)
  await log.roll()
  await compact(log)
  const withTombstone = ['1 b=1 1000', '2 a=null 1000', '3 c=1 1000']
  assert.deepEqual(await kept(), withTombstone)
  const [, second] = await headersOf(log)
  assert.equal(second!.attributes, 4 | 64)
  assert.equal(second!.firstTimestamp, now + dayMs)
  for (const [later, expected] of [
    [dayMs / 2, withTombstone],
    [dayMs / 2, withTombstone],
    [1, ['1 b=1 1000', '3 c=1 1000']],
  ] as const) {
    now += later
    await log.append(keyedBatch([at('filler', String(later))]))
    await log.roll()
    await compact(log)
    assert.deepEqual(
      (await kept()).filter((line) => !line.includes('filler')),
      expected,
    )
  }
  await log.close()
})

void test('records without a key go, and what cannot be unpacked stays', async () => {
  using folder = createPartitionFolder()
  const log = await openUnsynced(folder)
  await log.append(keyedBatch([{ key: null, value: 'nobody', timestamp: 1 }]))
  const garbage = keyedBatch([{ key: 'k', value: 'x', timestamp: 1 }], { compression: 'gzip' })
  garbage.bytes.fill(7, 61)
  withChecksum(garbage.bytes)
  await log.append(garbage)
  await log.append(keyedBatch([{ key: 'k', value: 'y', timestamp: 1 }]))
  await log.roll()
  const result = await compact(log)
  assert.deepEqual([result?.keylessGone, result?.unreadableBatches], [1, 1])
  const headers = await headersAt(log)
  assert.deepEqual(headers, ['0-0 none 0', '1-1 gzip 1', '2-2 none 1'])
  await log.close()
})

/** Without a look into the records. */
async function headersAt(log: PartitionLog): Promise<string[]> {
  const found: string[] = []
  for (let offset = log.startOffset; offset < log.endOffset;) {
    const { baseOffset, lastOffsetDelta, attributes, recordCount } = readBatchHeader(await log.read(offset, 61, true))!
    found.push(`${baseOffset}-${baseOffset + lastOffsetDelta} ${compressionOf(attributes)} ${recordCount}`)
    offset = baseOffset + lastOffsetDelta + 1
  }
  return found
}

void test('INV-C5: an idempotent producer goes on behind its compacted batches, also when what is known of it was lost', async () => {
  using folder = createPartitionFolder()
  let log = await openUnsynced(folder)
  const send = (baseSequence: number, key: string): Promise<number> =>
    log.append(
      keyedBatch([{ key, value: `${baseSequence}`, timestamp: 1 }], {
        producer: { producerId: 7, producerEpoch: 0, baseSequence },
      }),
    )
  for (let sequence = 0; sequence < 10; sequence++) await send(sequence, 'k')
  for (let at = 0; at < 10; at++) await log.append(keyedBatch([{ key: 'k', value: `other ${at}`, timestamp: 1 }]))
  await log.roll()
  await compact(log)
  assert.deepEqual(
    (await recordsOf(log)).map(({ value }) => value),
    ['other 9'],
  )
  await log.close()
  folder.removeIndexes()
  folder.remove('producers.json')
  log = await openUnsynced(folder)
  await assert.rejects(send(11, 'k'), { errorName: 'OUT_OF_ORDER_SEQUENCE_NUMBER' })
  assert.equal(await send(9, 'k'), 9, 'its last one is known')
  assert.equal(await send(10, 'k'), 20)
  await log.close()
})

void test('INV-C5: what is produced and read during a pass is there, and the readers see whole batches', async (context) => {
  using folder = createPartitionFolder()
  const random = seededRandom(chosenSeed(context))
  const log = await openUnsynced(folder, { segmentBytes: 3000 })
  await appendRandom(log, random, 300)
  await log.roll()
  const before = await recordsOf(log)
  let isOver = false
  const reading = (async () => {
    for (let reads = 0; !isOver || reads < 3; reads++) lastOfKeys(await recordsOf(log))
  })()
  const writing = appendRandom(log, random, 100)
  await compact(log, { bytesPerSecond: 500_000 })
  isOver = true
  await Promise.all([reading, writing])
  const after = await recordsOf(log)
  assert.equal(log.endOffset, after.at(-1)!.offset + 1)
  const since = after.filter(({ offset }) => offset >= before.at(-1)!.offset + 1)
  assert.deepEqual(lastOfKeys(after), lastOfKeys([...before, ...since]))
  await log.close()
})

void test('a log that is closed ends its pass; the next one does all of it', async (context) => {
  using folder = createPartitionFolder()
  let log = await openUnsynced(folder, { segmentBytes: 3000 })
  await appendRandom(log, seededRandom(chosenSeed(context)), 300)
  await log.roll()
  const before = lastOfKeys(await recordsOf(log))
  const pass = compact(log, { bytesPerSecond: 30_000 })
  await Promise.all([log.close(), assert.rejects(pass, /closed/)])
  assert.deepEqual(
    readdirSync(folder.path).filter((name) => name.endsWith('.new')),
    [],
  )
  log = await openUnsynced(folder, { segmentBytes: 3000, recoveryPoint: log.endOffset })
  await compact(log)
  assert.deepEqual(lastOfKeys(await recordsOf(log)), before)
  await log.close()
})

void test('what is young, damaged or active is not touched', async () => {
  using folder = createPartitionFolder()
  let log = await openUnsynced(folder, { segmentBytes: 100, now: () => 10_000 })
  const record = (at: number, timestamp = at): KeyedRecord => ({ key: 'k', value: `v${at}`.padEnd(60), timestamp })
  const batchBytes = keyedBatch([record(0)]).bytes.length
  for (let at = 0; at < 6; at++) await log.append(keyedBatch([record(at, 1000 * at)]))
  assert.deepEqual(log.dirt({ minLagMs: 7500, maxLagMs: Infinity }), {
    cleanBytes: 0,
    dirtyBytes: 3 * batchBytes,
    isOverdue: false,
  })
  assert.equal((await compact(log, { minLagMs: 7500 }))?.to, 3)
  assert.deepEqual(
    (await recordsOf(log)).map(({ offset }) => offset),
    [2, 3, 4, 5],
  )
  await log.close()
  folder.flipByte(folder.segments()[1]!, -3)
  folder.removeIndexes()
  log = await openUnsynced(folder, { segmentBytes: 100, recoveryPoint: 6, cleanedTo: 3 })
  assert.equal(await compact(log), undefined)
  assert.match(log.trouble ?? '', /damaged/)
  await log.close()
})
