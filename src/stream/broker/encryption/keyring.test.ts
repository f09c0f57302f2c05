import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chosenSeed } from '../../../../test/fault/chosen-seed.ts'
import { recordFiles, type Recording } from '../../../../test/support/power-cut/record-files.ts'
import { replayTo } from '../../../../test/support/power-cut/replay.ts'
import { seededRandom } from '../../../../test/support/seeded-random.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { secretKey } from './customer-key.ts'
import { openKeyring } from './keyring.ts'
import { openLogFiles } from './open-log-files.ts'

const newKey = () => secretKey(randomBytes(32).toString('base64'), 'the test')
/** Of each moment, so often: what a cut leaves of unsynced calls differs. */
const repeats = 2

/**
 * Does the work in a folder, then looks at what a power cut at each moment of it may leave. `check` is told whether the work had
 * ended by then.
 */
async function cutEverywhere(
  seed: number,
  prepare: (directory: string) => Promise<void>,
  work: (files: Files, directory: string) => Promise<void>,
  check: (directory: string, isDone: boolean) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-keyring-'))
  const random = seededRandom(seed)
  try {
    const directory = join(folder, 'log')
    mkdirSync(directory)
    await prepare(directory)
    const recording: Recording = recordFiles(nodeFiles, directory)
    const begun = recording.now()
    await work(recording.files, directory)
    const done = recording.now()
    assert.ok(done > begun + 3)
    for (let cut = begun; cut <= done; cut++)
      for (let repeat = 0; repeat < repeats; repeat++) {
        const into = join(folder, `cut-${cut}-${repeat}`)
        replayTo(recording.history, cut, random.pick(2 ** 31), into)
        await check(into, cut === done)
        rmSync(into, { recursive: true })
      }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void test('INV-S6: a power cut at any moment of a rotation leaves a keyring that the old or the new key opens whole', async (context) => {
  const [old, fresh] = [newKey(), newKey()]
  let data: Buffer | undefined
  const opens = async (directory: string, key: typeof old): Promise<boolean> => {
    try {
      const keyring = await openKeyring(nodeFiles, directory, key, [])
      assert.deepEqual(keyring.byId(1), data)
      return true
    } catch (error) {
      assert.equal((error as { code?: string }).code, 'WEIR-3022')
      return false
    }
  }
  await cutEverywhere(
    chosenSeed(context),
    async (directory) => {
      data = (await openKeyring(nodeFiles, directory, old, [])).byId(1)
    },
    async (files, directory) => {
      const { current } = await openKeyring(files, directory, fresh, [old])
      assert.equal(current.id, 2)
    },
    async (directory, isDone) => {
      const [byOld, byFresh] = [await opens(directory, old), await opens(directory, fresh)]
      assert.notEqual(byOld, byFresh, 'one of them, and no other')
      if (isDone) assert.ok(byFresh, 'the old key is not needed any more')
      const keyring = await openKeyring(nodeFiles, directory, fresh, [old])
      assert.deepEqual(keyring.byId(1), data)
    },
  )
})

void test('a power cut at any moment in which encryption begins leaves users and ids as they were', async (context) => {
  const encryption = { key: newKey(), oldKeys: [] }
  const before = {
    'security.json': '{"users":["ada"]}',
    'cluster.json': '{"id":"x"}',
    'producer-ids.json': '{"next":1}',
  }
  await cutEverywhere(
    chosenSeed(context),
    async (directory) => {
      for (const [name, text] of Object.entries(before)) writeFileSync(join(directory, name), text)
    },
    async (files, directory) => void (await openLogFiles(files, directory, encryption)),
    async (directory, isDone) => {
      const isPlain = await openLogFiles(nodeFiles, directory, undefined).then(
        () => true,
        () => false,
      )
      if (isDone) assert.ok(!isPlain)
      const files = await openLogFiles(nodeFiles, directory, encryption)
      for (const [name, text] of Object.entries(before)) {
        const path = join(directory, name)
        assert.equal((await files.read(path)).toString(), text)
        assert.ok(!(await nodeFiles.read(path)).includes(text), `${name} is in the clear`)
      }
    },
  )
})
