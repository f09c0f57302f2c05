import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { WeirError } from '../../src/kernel/errors/weir-error.ts'
import type { ObjectStore } from '../../src/storage/objects/object-store.ts'

export interface ObjectStoreUnderTest extends AsyncDisposable {
  readonly store: ObjectStore
  /** An empty place of its own, without a slash at the end. */
  readonly root: string
}

const isCode = (code: string) => (error: unknown) => error instanceof WeirError && error.code === code

/** What lake and deliveries rely on, whatever holds the objects. */
export function describeObjectStoreContract(name: string, open: () => Promise<ObjectStoreUnderTest>): void {
  void describe(`object store: ${name}`, () => {
    void it('gives back what was put, by size and by bytes, names with spaces and percent signs included', async () => {
      await using tested = await open()
      const { store, root } = tested
      for (const name of ['a/b.bin', 'a/München %20=1.bin', 'empty']) {
        const bytes = Buffer.from(name === 'empty' ? '' : `bytes of ${name}`)
        await store.put(`${root}/${name}`, bytes)
        assert.deepEqual(await store.get(`${root}/${name}`), bytes)
        assert.equal(await store.size(`${root}/${name}`), bytes.length)
      }
    })

    void it('says WEIR-8002 for what is not there, and removes it without complaint', async () => {
      await using tested = await open()
      const { store, root } = tested
      await assert.rejects(store.get(`${root}/none`), isCode('WEIR-8002'))
      assert.equal(await store.size(`${root}/none`), undefined)
      await store.remove(`${root}/none`)
      await store.put(`${root}/some`, Buffer.from('x'))
      await store.remove(`${root}/some`)
      assert.equal(await store.size(`${root}/some`), undefined)
    })

    void it('lets one of many writers have a location that must be absent', async () => {
      await using tested = await open()
      const { store, root } = tested
      const writers = Array.from({ length: 8 }, (_, at) =>
        store.put(`${root}/one`, Buffer.from(`writer ${at}`), { ifAbsent: true }).then(() => at),
      )
      const outcomes = await Promise.allSettled(writers)
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
      assert.equal(won.length, 1)
      assert.equal((await store.get(`${root}/one`)).toString(), `writer ${won[0]!.value}`)
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.ok(isCode('WEIR-8003')(outcome.reason), String(outcome.reason))
    })

    void it('lists all objects under a folder, and only those', async () => {
      await using tested = await open()
      const { store, root } = tested
      const names = ['t/1', 't/deep/er/2', 't/3', 'tt/4']
      for (const name of names) await store.put(`${root}/${name}`, Buffer.from(name))
      const found: [string, number][] = []
      for await (const object of store.list(`${root}/t/`)) {
        assert.ok(object.modifiedMs > Date.now() - 600_000)
        found.push([object.location, object.sizeBytes])
      }
      const expected = ['t/1', 't/3', 't/deep/er/2'].map((name): [string, number] => [`${root}/${name}`, name.length])
      assert.deepEqual(new Map(found), new Map(expected))
      for await (const object of store.list(`${root}/none/`)) assert.fail(object.location)
    })

    void it('adopts a local file, which goes away, and offers a local path to read it', async () => {
      await using tested = await open()
      const { store, root } = tested
      const folder = await mkdtemp(join(tmpdir(), 'weir-adopt-'))
      try {
        const bytes = Buffer.alloc(3 << 20, 'parquet')
        await writeFile(join(folder, 'file'), bytes)
        await store.adopt(join(folder, 'file'), `${root}/data/x=1/file.parquet`)
        await assert.rejects(stat(join(folder, 'file')))
        assert.equal(await store.size(`${root}/data/x=1/file.parquet`), bytes.length)
        const paths = await Promise.all([1, 2, 3].map(() => store.localPath(`${root}/data/x=1/file.parquet`)))
        for (const path of paths) assert.ok((await readFile(path)).equals(bytes))
      } finally {
        await rm(folder, { recursive: true })
      }
    })

    void it('keeps large objects whole, taken over from a file or put, and lets one of many writers have one', async () => {
      await using tested = await open()
      const { store, root } = tested
      const folder = await mkdtemp(join(tmpdir(), 'weir-adopt-'))
      try {
        const bytes = randomBytes((12 << 20) + 7)
        await writeFile(join(folder, 'file'), bytes)
        await store.adopt(join(folder, 'file'), `${root}/large`)
        await assert.rejects(stat(join(folder, 'file')))
        assert.equal(await store.size(`${root}/large`), bytes.length)
        assert.ok((await store.get(`${root}/large`)).equals(bytes))
        assert.ok((await readFile(await store.localPath(`${root}/large`))).equals(bytes))
      } finally {
        await rm(folder, { recursive: true })
      }
      const each = Array.from({ length: 3 }, (_, at) => Buffer.alloc((6 << 20) + at, `writer ${at}`))
      const writers = each.map((bytes) => store.put(`${root}/one`, bytes, { ifAbsent: true }).then(() => bytes))
      const outcomes = await Promise.allSettled(writers)
      const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.ok(isCode('WEIR-8003')(outcome.reason), String(outcome.reason))
      assert.equal(won.length, 1)
      assert.ok((await store.get(`${root}/one`)).equals(won[0]!.value))
    })

    void it('holds an object as a file for as long as it is read, for many at once', async () => {
      await using tested = await open()
      const { store, root } = tested
      await store.put(`${root}/held`, Buffer.from('held'))
      const readers = await Promise.all(Array.from({ length: 8 }, () => store.hold(`${root}/held`)))
      for (const { path } of readers) assert.equal(await readFile(path, 'utf8'), 'held')
      for (const { release } of readers) release()
    })

    void it('refuses a location outside what it was given', async () => {
      await using tested = await open()
      for (const location of ['file:///etc/passwd', 'gs://bucket/key', `${tested.root}/../../x`, 'relative'])
        if (!location.startsWith('s3:')) await assert.rejects(tested.store.get(location), isCode('WEIR-8005'))
    })
  })
}
