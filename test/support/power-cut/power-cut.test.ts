import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { nodeFiles } from '../../../src/kernel/files/node-files.ts'
import { failingFiles } from './failing-files.ts'
import { recordFiles, type Recording } from './record-files.ts'
import { replayTo } from './replay.ts'

const seeds = Array.from({ length: 60 }, (_, seed) => seed)

void describe('a replayed power cut', () => {
  let folder = ''
  let root = ''
  let recording: Recording
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-power-'))
    root = join(folder, 'real')
    mkdirSync(root)
    recording = recordFiles(nodeFiles, root)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** What each seed leaves of one file: its text, or null when the name is gone. */
  function leftOf(name: string, cut: number): (string | null)[] {
    return seeds.map((seed) => {
      const into = join(folder, `cut-${cut}-${seed}`)
      replayTo(recording.history, cut, seed, into)
      const path = join(into, name)
      return existsSync(path) ? readFileSync(path, 'latin1') : null
    })
  }

  async function create(name: string, text: string): Promise<void> {
    const file = await recording.files.open(join(root, name), 'write')
    await file.write([Buffer.from(text)], 0)
    await file.sync()
    await file.close()
    await recording.files.syncDirectory(root)
  }

  void test('keeps what was synced, name and bytes, whatever the seed', async () => {
    await create('a', 'durable')
    assert.deepEqual(new Set(leftOf('a', recording.now())), new Set(['durable']))
  })

  void test('may lose a name that no sync of its folder covers', async () => {
    const file = await recording.files.open(join(root, 'a'), 'write')
    await file.write([Buffer.from('durable')], 0)
    await file.sync()
    await file.close()
    assert.deepEqual(new Set(leftOf('a', recording.now())), new Set([null, 'durable']))
  })

  void test('drops or tears what was written after the sync', async () => {
    await create('a', 'durable|')
    const file = await recording.files.open(join(root, 'a'), 'write')
    await file.write([Buffer.from('later')], 8)
    await file.close()
    const left = new Set(leftOf('a', recording.now()))
    assert.ok(left.has('durable|') && left.has('durable|later'))
    assert.ok(
      [...left].some((text) => text !== null && text.length > 8 && text.length < 13),
      'none is torn',
    )
    for (const text of left) assert.ok(text?.startsWith('durable|'), `what was synced is gone: ${text}`)
  })

  void test('a sync that was not answered before the cut proves nothing', async () => {
    await create('a', '')
    const file = await recording.files.open(join(root, 'a'), 'write')
    await file.write([Buffer.from('text')], 0)
    const before = recording.now()
    await file.sync()
    await file.close()
    assert.ok(new Set(leftOf('a', before)).size > 1)
    assert.deepEqual(new Set(leftOf('a', recording.now())), new Set(['text']))
  })

  void test('a rename is seen whole or not at all', async () => {
    await create('a', 'old')
    await create('b', 'new')
    await recording.files.rename(join(root, 'b'), join(root, 'a'))
    const pairs = seeds.map((seed) => {
      const into = join(folder, `rename-${seed}`)
      replayTo(recording.history, recording.now(), seed, into)
      return `${readFileSync(join(into, 'a'), 'latin1')} ${existsSync(join(into, 'b'))}`
    })
    assert.deepEqual(new Set(pairs), new Set(['old true', 'new false']))
  })

  void test('a file that other code wrote is durable once it was taken in', async () => {
    writeFileSync(join(root, 'a'), 'foreign')
    await recording.files.rename(join(root, 'a'), join(root, 'b'))
    await recording.files.syncDirectory(root)
    assert.ok(new Set(leftOf('b', recording.now())).size > 1)
    await recording.files.syncForeign(join(root, 'b'))
    assert.deepEqual(new Set(leftOf('b', recording.now())), new Set(['foreign']))
  })

  void test('what lay there before the recording is durable', async () => {
    await create('a', 'before')
    recording = recordFiles(nodeFiles, root)
    assert.deepEqual(new Set(leftOf('a', recording.now())), new Set(['before']))
  })

  void test('a full disk takes what fits and says ENOSPC; a broken one fails its syncs', async () => {
    const disk = failingFiles(nodeFiles)
    const file = await disk.files.open(join(root, 'a'), 'write')
    disk.setRoom(3)
    await assert.rejects(file.write([Buffer.from('abcdef')], 0), { code: 'ENOSPC' })
    disk.setRoom(10)
    await file.write([Buffer.from('def')], 3)
    disk.failSyncs(/a$/)
    await assert.rejects(file.sync(), { code: 'EIO' })
    disk.failSyncs(null)
    await file.sync()
    await file.close()
    assert.equal(readFileSync(join(root, 'a'), 'latin1'), 'abcdef')
  })
})
