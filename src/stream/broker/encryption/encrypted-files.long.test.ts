import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Files, OpenFile } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { chosenSeed } from '../../../../test/fault/chosen-seed.ts'
import { seededRandom } from '../../../../test/support/seeded-random.ts'
import { writeJson } from '../storage/small-file.ts'
import { secretKey } from './customer-key.ts'
import { encryptedFiles } from './encrypted-files.ts'
import { openKeyring } from './keyring.ts'

const key = secretKey(randomBytes(32).toString('base64'), 'the test')

void describe('files that are encrypted on the disk', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-encrypted-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** As a process that starts sees them. */
  const openFiles = async (raw: Files = nodeFiles): Promise<Files> =>
    encryptedFiles(raw, await openKeyring(nodeFiles, folder, key, []))

  async function contentOf(files: Files, path: string): Promise<string> {
    return (await files.read(path)).toString('latin1')
  }

  void test('hold on the disk nothing of what was written, and give it back after a restart', async () => {
    const path = join(folder, 'a.json')
    await writeJson(await openFiles(), path, { secret: 'the word nobody may read' })
    assert.ok(!readFileSync(path).includes('nobody'))
    const files = await openFiles()
    assert.equal(await contentOf(files, path), '{"secret":"the word nobody may read"}')
    assert.equal(await files.size(path), 37)
    assert.deepEqual(
      (await files.list(folder)).toSorted((a, b) => a.localeCompare(b)),
      ['a.json', 'encryption.json'],
    )
  })

  void test('of before stay as they are and are read, and what is appended to them is encrypted', async () => {
    const path = join(folder, 'old.log')
    writeFileSync(path, 'written in the clear|')
    const first = await openFiles()
    const file = await first.open(path, 'write')
    await file.write([Buffer.from('and this is not|')], 21)
    await file.sync()
    await file.close()
    assert.ok(readFileSync(path).includes('in the clear') && !readFileSync(path).includes('this is not'))
    const again = await openFiles()
    assert.equal(await contentOf(again, path), 'written in the clear|and this is not|')
    await again.remove(path)
    assert.deepEqual(readdirSync(folder), ['encryption.json'])
  })

  void test('a header that did not get to the disk comes with the next write', async () => {
    const path = join(folder, 'full.log')
    let isFull = true
    const raw: Files = {
      ...nodeFiles,
      async open(at, mode) {
        const file = await nodeFiles.open(at, mode)
        return {
          ...file,
          write: (buffers, position) => (isFull ? Promise.reject(new Error('ENOSPC')) : file.write(buffers, position)),
        }
      },
    }
    const file = await (await openFiles(raw)).open(path, 'write')
    await assert.rejects(file.write([Buffer.from('one')], 0), /ENOSPC/)
    isFull = false
    await file.write([Buffer.from('two')], 0)
    await file.close()
    assert.equal(await contentOf(await openFiles(), path), 'two')
  })

  void test('a folder goes with what is kept beside its files', async () => {
    const place = join(folder, 'topic')
    const files = await openFiles()
    await files.makeDirectory(place)
    writeFileSync(join(place, `.${'ab'.repeat(16)}.eras`), 'left by a crash')
    await files.removeDirectory(place)
    assert.deepEqual(readdirSync(folder), ['encryption.json'])
  })

  void test('INV-S5: whatever is written, cut, opened again and renamed, it is read back, and no key stream is used twice', async (context) => {
    const random = seededRandom(chosenSeed(context))
    const streams = new Map<string, string>()
    let plain: { readonly position: number; readonly bytes: Buffer } | undefined
    /** Sees what goes to the disk beside what was meant: their difference is the key stream. */
    const raw: Files = {
      ...nodeFiles,
      async open(path, mode) {
        const file = await nodeFiles.open(path, mode)
        const write: OpenFile['write'] = (buffers, position) => {
          const hidden = Buffer.concat(buffers)
          if (plain && path.includes('.log') && !path.includes('.eras'))
            remember(streams, plain, hidden.subarray(hidden.length - plain.bytes.length))
          return file.write(buffers, position)
        }
        return { ...file, write }
      },
    }
    let files = await openFiles(raw)
    let path = join(folder, '0.log')
    let model: Buffer = Buffer.alloc(0)
    let file = await files.open(path, 'write')
    for (let step = 0; step < 400; step++) {
      const kind = random.pick(10)
      if (kind < 5) {
        const position = random.chance(0.8) ? model.length : random.pick(model.length + 1)
        const bytes = randomBytes(1 + random.pick(random.chance(0.1) ? 200_000 : 300))
        plain = { position, bytes }
        await file.write([bytes.subarray(0, 7), bytes.subarray(7)], position)
        plain = undefined
        const longer = Buffer.alloc(Math.max(model.length, position + bytes.length))
        model.copy(longer)
        bytes.copy(longer, position)
        model = longer
      } else if (kind === 5) {
        const length = random.chance(0.2) ? 0 : random.pick(model.length + 1)
        await file.truncate(length)
        model = model.subarray(0, length)
      } else if (kind === 6) {
        await file.close()
        if (random.chance(0.5)) files = await openFiles(raw)
        file = await files.open(path, random.oneOf(['write', 'durable']))
      } else if (kind === 7) {
        await file.close()
        const to = join(folder, `${step}.log`)
        await files.rename(path, to)
        path = to
        file = await files.open(path, 'write')
      } else {
        const from = random.pick(model.length + 1)
        const target = Buffer.alloc(random.pick(1000))
        const got = await file.read(target, from)
        assert.deepEqual(target.subarray(0, got), model.subarray(from, from + got), `step ${step}`)
        assert.equal(got, Math.min(target.length, model.length - from))
      }
      assert.equal(await files.size(path), model.length, `step ${step}`)
    }
    await file.close()
    assert.deepEqual(await (await openFiles()).read(path), model)
    assert.ok(streams.size > 1000)
  })
})

/** Fails when a block of key stream was seen before: 16 bytes of it are the same by chance never. */
function remember(
  streams: Map<string, string>,
  { position, bytes }: { readonly position: number; readonly bytes: Buffer },
  hidden: Buffer,
): void {
  const first = (16 - (position % 16)) % 16
  for (let at = first; at + 16 <= bytes.length; at += 16) {
    const block = Buffer.from(bytes.subarray(at, at + 16).map((byte, index) => byte ^ hidden[at + index]!)).toString(
      'hex',
    )
    assert.equal(streams.get(block), undefined, `the key stream of byte ${position + at} was used before`)
    streams.set(block, bytes.toString('hex', at, at + 16))
  }
}
