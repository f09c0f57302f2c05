import assert from 'node:assert/strict'
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { copyLog } from './copy-log.ts'
import { copyFiles } from './copy-tree.ts'

const segment = (offset: number, number = 0): string =>
  `${String(offset).padStart(20, '0')}${number === 0 ? '' : `.${number}`}.log`

/** A log with these segments of one partition, and what happens to it just before the given one is copied, each time or the first. */
async function copyWhile(
  t: TestContext,
  segments: readonly string[],
  before: string,
  happens: (folder: string) => void,
): Promise<{ readonly copied: () => Promise<unknown>; readonly found: () => readonly string[] }> {
  const root = mkdtempSync(join(tmpdir(), 'weir-copy-log-'))
  t.after(() => rmSync(root, { recursive: true }))
  const [from, to] = [join(root, 'log'), join(root, 'copy')]
  const folder = join(from, 'groups')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(from, 'cluster.json'), '{}')
  for (const name of segments) writeFileSync(join(folder, name), name)
  const copied = () =>
    copyLog(from, to, async (source, target, names) => {
      let [files, bytes] = [0, 0]
      const gone: string[] = []
      for (const name of names) {
        if (name === before) happens(folder)
        const one = await copyFiles(source, target, [name])
        files += one.files
        bytes += one.bytes
        gone.push(...one.gone)
      }
      return { files, bytes, gone }
    })
  return { copied, found: () => readdirSync(join(to, 'groups')).toSorted() }
}

const remove = (folder: string, ...names: readonly string[]): void => {
  for (const name of names) rmSync(join(folder, name), { force: true })
}

void suite('a log is copied while it is at work', () => {
  void test('a state that was written anew while its file was copied is in the copy', async (t) => {
    const { copied, found } = await copyWhile(t, [segment(0)], segment(0), (folder) => {
      writeFileSync(join(folder, segment(90)), 'state')
      remove(folder, segment(0))
    })
    await copied()
    assert.deepEqual(found(), [segment(90)])
  })

  void test('what retention took meanwhile is left out, without copying the rest again', async (t) => {
    const times: string[] = []
    const { copied, found } = await copyWhile(
      t,
      [0, 10, 20].map((at) => segment(at)),
      segment(0),
      (folder) => {
        times.push('once')
        remove(folder, segment(0))
      },
    )
    assert.deepEqual(await copied(), { files: 3, bytes: 2 + 2 * segment(0).length })
    assert.deepEqual(found(), [segment(10), segment(20)])
    assert.equal(times.length, 1)
  })

  void test('segments that compaction made one are all from before it, or all from after it', async (t) => {
    for (const before of [0, 10, 20]) {
      const { copied, found } = await copyWhile(
        t,
        [0, 10, 20].map((at) => segment(at)),
        segment(before),
        (folder) => {
          writeFileSync(join(folder, segment(0, 1)), 'compacted')
          remove(folder, segment(0), segment(10))
        },
      )
      await copied()
      const after = [segment(0, 1), segment(20)].toSorted()
      const beforeIt = [0, 10, 20].map((at) => segment(at))
      assert.deepEqual(found(), before === 20 ? beforeIt : after)
    }
  })

  void test('a topic that was dropped meanwhile is not in it', async (t) => {
    const { copied } = await copyWhile(t, [segment(0)], segment(0), (folder) => rmSync(folder, { recursive: true }))
    assert.deepEqual(await copied(), { files: 1, bytes: 2 })
  })

  void test('one that changes each time is refused', async (t) => {
    let number = 0
    const { copied } = await copyWhile(t, [segment(0), segment(10)], segment(0), (folder) => {
      remove(folder, segment(10, number++))
      writeFileSync(join(folder, segment(10, number)), 'compacted')
    })
    await assert.rejects(copied(), {
      code: 'WEIR-2012',
      message: /segments in .*groups changed while they were copied/,
    })
  })

  void test('what is copied is what was there', async (t) => {
    const root = mkdtempSync(join(tmpdir(), 'weir-copy-log-'))
    t.after(() => rmSync(root, { recursive: true }))
    mkdirSync(join(root, 'log', 'a', '0'), { recursive: true })
    writeFileSync(join(root, 'log', 'a', '0', segment(0)), 'records')
    await copyLog(join(root, 'log'), join(root, 'copy'))
    assert.equal(readFileSync(join(root, 'copy', 'a', '0', segment(0)), 'utf8'), 'records')
  })
})
