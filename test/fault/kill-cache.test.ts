import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from '../../src/kernel/clock.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openObjectCache, type ObjectCache } from '../../src/storage/objects/cache/object-cache.ts'
import { recordFiles } from '../support/power-cut/record-files.ts'
import { replayTo } from '../support/power-cut/replay.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { cachedBytes, readInPieces } from './cached-bytes.ts'
import { chosenSeed } from './chosen-seed.ts'

const bytesMax = 3_000_000
const locations = Array.from({ length: 60 }, (_, at) => `s3://b/${at}`)

function open(folder: string, files: Files = nodeFiles): { cache: ObjectCache; read: string[] } {
  const read: string[] = []
  const cache = openObjectCache({
    folder,
    bytesMax,
    files,
    clock: systemClock,
    read: async (location, sink) => {
      read.push(location)
      await readInPieces(cachedBytes(location), sink)
    },
  })
  return { cache, read }
}

/** What the next process finds: each copy that it does not download again is whole, and no more is there than may be. */
async function checkNext(folder: string): Promise<{ readonly found: number }> {
  const { cache, read } = open(folder)
  await cache.hold(locations[0]!).then(({ release }) => release())
  const names = readdirSync(folder).filter((name) => !name.startsWith('.lock'))
  assert.deepEqual(
    names.filter((name) => name.startsWith('.')),
    [],
    'half a copy was left',
  )
  const { bytes } = cache.figures()
  assert.equal(
    names.reduce((sum, name) => sum + readFileSync(join(folder, name)).length, 0),
    bytes,
  )
  assert.ok(bytes <= bytesMax)
  for (const location of locations) {
    const { path, release } = await cache.hold(location)
    assert.ok(readFileSync(path).equals(cachedBytes(location)), `${location} is not whole`)
    release()
  }
  await cache.close()
  return { found: locations.length - read.length }
}

void test('a cache that was killed while it was filled holds whole copies only (INV-O12)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  const folder = mkdtempSync(join(tmpdir(), 'weir-cache-killed-'))
  let found = 0
  try {
    for (let round = 0; round < 6; round++) {
      const words = ['test/fault/cache-killed.ts', folder, String(random.pick(2 ** 31))]
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      const ended = once(child, 'exit')
      await pause(20 + random.pick(150))
      child.kill('SIGKILL')
      await ended
      found += (await checkNext(folder)).found
    }
    assert.ok(found > 0, 'no copy outlived a kill')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** Cuts the power while a cache is filled, at so many moments. */
async function cutCachePower(seed: number, careless: (files: Files) => Files = (files) => files): Promise<number> {
  const random = seededRandom(seed)
  const folder = mkdtempSync(join(tmpdir(), 'weir-cache-cut-'))
  let found = 0
  try {
    mkdirSync(join(folder, 'cache'))
    const recording = recordFiles(nodeFiles, join(folder, 'cache'))
    const { cache } = open(join(folder, 'cache'), careless(recording.files))
    const readers = Array.from({ length: 4 }, async () => {
      for (let at = 0; at < 15; at++) (await cache.hold(random.oneOf(locations))).release()
    })
    await Promise.all(readers)
    await cache.close()
    for (let round = 0; round < 15; round++) {
      const into = join(folder, `cut-${round}`)
      replayTo(recording.history, random.pick(recording.now() + 1), random.pick(2 ** 31), into)
      found += (await checkNext(into)).found
      rmSync(into, { recursive: true })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return found
}

void test('after a power cut no copy is taken for whole that is not (INV-O12)', async (context) => {
  assert.ok((await cutCachePower(chosenSeed(context))) > 0, 'no copy outlived a power cut')
})

void test('the same test sees a copy that is not synced', async (context) => {
  const forget = (files: Files): Files => ({
    ...files,
    open: async (path, mode) => ({ ...(await files.open(path, mode)), sync: async () => undefined }),
  })
  await assert.rejects(cutCachePower(chosenSeed(context), forget), /is not whole/)
})
