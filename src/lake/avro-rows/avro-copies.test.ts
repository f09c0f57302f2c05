import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { avroContainer } from '../../../test/support/avro-container.ts'
import { systemClock } from '../../kernel/clock.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { localObjects } from '../../storage/objects/local.ts'
import { openAvroCopies, type AvroCopies } from './avro-copies.ts'

const schema = {
  type: 'record',
  name: 'table',
  fields: [
    { name: 'v', 'field-id': 1, type: 'int' },
    { name: 'text', 'field-id': 2, type: 'bytes' },
  ],
}

interface Place {
  /** Of `rows` rows, of some kilobytes that do not compress. */
  readonly file: (name: string, rows: number) => Promise<{ location: string; sizeBytes: number; recordCount: number }>
  /** `asked` hears which files are read. */
  readonly open: (bytesMax: number, asked?: string[]) => AvroCopies
  readonly copies: () => readonly string[]
}

async function withPlace(run: (place: Place) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'weir-avro-copies-'))
  const folder = join(root, 'copies')
  const store = localObjects({ roots: [`file://${root}`], files: nodeFiles })
  const open = (bytesMax: number, asked: string[] = []): AvroCopies =>
    openAvroCopies({
      folder,
      bytesMax,
      files: nodeFiles,
      clock: systemClock,
      lockPatienceMs: 0,
      store: {
        hold: (location) => {
          asked.push(location)
          return store.hold(location)
        },
      },
    })
  try {
    await run({
      open,
      copies: () => readdirSync(folder).filter((name) => !name.startsWith('.lock')),
      async file(name, recordCount) {
        const rows = Array.from({ length: recordCount }, (_, v) => ({
          v,
          text: Buffer.from(Array.from({ length: 1000 }, () => Math.floor(Math.random() * 256))),
        }))
        const bytes = avroContainer(schema, rows)
        await writeFile(join(root, name), bytes)
        return { location: `file://${join(root, name)}`, sizeBytes: bytes.length, recordCount }
      },
    })
  } finally {
    await rm(root, { recursive: true })
  }
}

void test('a copy is made once, for all who ask meanwhile and after the next start', () =>
  withPlace(async ({ file, open, copies }) => {
    const asked: string[] = []
    const one = await file('one.avro', 50)
    const first = open(1e9, asked)
    const held = await Promise.all([first.hold(one), first.hold(one), first.hold(one)])
    assert.equal(new Set(held.map(({ path }) => path)).size, 1)
    for (const { release } of held) release()
    await first.close()
    const second = open(1e9, asked)
    assert.equal(await second.keep(one), held[0]!.path)
    assert.deepEqual(asked, [one.location])
    assert.equal(copies().length, 1)
    // A file that was made anew under its name, as a rollback of a file system may leave it.
    const again = await file('one.avro', 60)
    assert.notEqual(await second.keep(again), held[0]!.path)
    await second.close()
  }))

void test('copies take what they may and no more: the one used longest ago goes, one that is held does not', () =>
  withPlace(async ({ file, open, copies }) => {
    const files = await Promise.all(['a', 'b', 'c'].map((name) => file(`${name}.avro`, 100)))
    const [a, b, c] = files as [(typeof files)[0], (typeof files)[0], (typeof files)[0]]
    const cache = open(a.sizeBytes * 2.5)
    const ofA = await cache.hold(a)
    ;(await cache.hold(b)).release()
    ;(await cache.hold(c)).release()
    assert.equal(cache.figures().evictions, 1)
    assert.equal(copies().length, 2)
    const ofC = await cache.hold(c)
    await assert.rejects(cache.hold(b), { code: 'WEIR-8009', message: /b\.avro as Parquet/ })
    assert.ok(cache.figures().bytes <= a.sizeBytes * 2.5)
    ofA.release()
    ofC.release()
    ;(await cache.hold(b)).release()
    await cache.close()
  }))

void test('a file that is not there, or damaged, leaves nothing behind and is asked for again', () =>
  withPlace(async ({ file, open, copies }) => {
    const one = await file('one.avro', 50)
    const asked: string[] = []
    const cache = open(1e9, asked)
    await assert.rejects(cache.hold({ ...one, recordCount: 51 }), { code: 'WEIR-4008' })
    await assert.rejects(cache.hold({ ...one, location: one.location.replace('one', 'none') }), { code: 'WEIR-8002' })
    assert.deepEqual(copies(), [])
    ;(await cache.hold(one)).release()
    assert.equal(asked.length, 3)
    assert.equal(cache.figures().bytes > 0, true)
    await cache.close()
  }))
