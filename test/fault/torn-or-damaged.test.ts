import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turnEnd } from 'node:timers/promises'
import { batchOf, openIn, segmentsIn } from '../support/partition-folder.ts'
import { recordFiles, type Recording } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom, type Random } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { readBatchHeader } from '../../src/stream/protocol/records/batch-header.ts'
import { openRecords } from '../../src/stream/protocol/records/record-cursor.ts'
import type { PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'

interface Acknowledged {
  readonly offset: number
  readonly value: string
  readonly moment: number
}

/** Appends in bursts, so that many batches share a write and a sync, and writes run beside each other. */
async function appendBursts(recording: Recording, root: string, random: Random): Promise<Acknowledged[]> {
  const log = await openIn(root, { files: recording.files, segmentBytes: 20_000, overlapBytesMin: 1 })
  const acknowledged: Acknowledged[] = []
  for (let burst = 0; burst < 25; burst++) {
    const values = Array.from({ length: 1 + random.pick(16) }, (_, at) =>
      `${burst}.${at}`.padEnd(20 + random.pick(600), '-'),
    )
    await Promise.all(
      values.map(async (value, at) => {
        // Those of one turn of the event loop are written together, those of others beside each other.
        for (let turns = at >> 1; turns > 0; turns--) await turnEnd()
        const offset = await log.append(batchOf([value]))
        acknowledged.push({ offset, value, moment: recording.now() })
      }),
    )
  }
  await log.close()
  return acknowledged
}

/** What a reader gets at an offset: the value, or undefined when it is refused as damaged. */
async function valueAt(log: PartitionLog, offset: number): Promise<string | undefined> {
  const bytes = await log.read(offset, 1, true).catch((error: { errorName?: string }) => {
    assert.equal(error.errorName, 'CORRUPT_MESSAGE')
  })
  if (!bytes) return undefined
  const records = openRecords(bytes, 0, readBatchHeader(bytes)!)
  assert.ok(records.next() && records.offset === offset)
  return records.buffer.toString('utf8', records.valueStart, records.valueEnd)
}

async function withRecording(
  random: Random,
  look: (recording: Recording, acknowledged: readonly Acknowledged[], folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-torn-'))
  try {
    const root = join(folder, 'log')
    mkdirSync(root)
    const recording = recordFiles(nodeFiles, root)
    await look(recording, await appendBursts(recording, root, random), folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void test('INV-L2: whatever a power cut leaves of writes that share a sync, it is no damage, and nothing acknowledged is gone', async (context) => {
  const random = seededRandom(chosenSeed(context))
  await withRecording(random, async (recording, acknowledged, folder) => {
    for (let round = 0; round < 200; round++) {
      const cut = random.pick(recording.now() + 1)
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, cut, random.pick(2 ** 31), into)
      const log = await openIn(into)
      assert.equal(log.trouble, undefined, `after a cut at ${cut}`)
      for (const { offset, value } of acknowledged.filter(({ moment }) => moment <= cut))
        assert.equal(await valueAt(log, offset), value, `offset ${offset} after a cut at ${cut}`)
      await log.close()
    }
  })
})

void test('INV-L1: a byte that changes anywhere but in the last write costs no acknowledged record in silence', async (context) => {
  const random = seededRandom(chosenSeed(context))
  await withRecording(random, async (recording, acknowledged, folder) => {
    let refused = 0
    for (let round = 0; round < 60; round++) {
      const into = join(folder, `flip-${round}`)
      replayTo(recording.history, recording.now(), round, into)
      const files = segmentsIn(into)
      const file = random.oneOf(files)
      const bytes = readFileSync(file)
      bytes[random.pick(bytes.length)]! ^= 1 << random.pick(8)
      writeFileSync(file, bytes)
      for (const name of files) rmSync(name.replace('.log', '.index'), { force: true })
      const log = await openIn(into)
      const lastBurst = acknowledged.findLast(({ value }) => value.startsWith('24.0'))!.offset
      for (const { offset, value } of acknowledged.filter((one) => one.offset < lastBurst)) {
        const found = await valueAt(log, offset)
        if (found === undefined) refused++
        else assert.equal(found, value)
      }
      await log.close()
    }
    assert.ok(refused > 0, 'no byte that matters was hit')
  })
})
