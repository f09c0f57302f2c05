import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm, truncate, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { openObjectCache, type ObjectCache, type ObjectCacheOptions } from './object-cache.ts'

/** Objects of 10 bytes: `s3://b/a` holds ten times `a`. */
const bytesOf = (location: string): Buffer => Buffer.alloc(10, location.at(-1)!)

interface Bench extends AsyncDisposable {
  readonly folder: string
  readonly reads: string[]
  open(changes?: Partial<ObjectCacheOptions>): ObjectCache
  /** Lets go of the folder and opens it as the next process would. */
  reopen(changes?: Partial<ObjectCacheOptions>): Promise<ObjectCache>
  /** Milliseconds that passed for it. */
  time: number
}

async function bench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-cache-'))
  const reads: string[] = []
  let cache: ObjectCache | undefined
  const made: Bench = {
    folder,
    reads,
    time: 1_000_000,
    open: (changes) =>
      (cache = openObjectCache({
        folder,
        bytesMax: 30,
        files: nodeFiles,
        clock: { now: () => Date.now() + made.time, monotonic: () => made.time },
        read: async (location, sink) => {
          reads.push(location)
          const bytes = bytesOf(location)
          await sink.begin(bytes.length)
          await sink.write(bytes.subarray(0, 4))
          await sink.write(bytes.subarray(4))
        },
        ...changes,
      })),
    reopen: async (changes) => {
      await cache?.close()
      return made.open(changes)
    },
    [Symbol.asyncDispose]: async () => {
      await cache?.close()
      await rm(folder, { recursive: true })
    },
  }
  return made
}

async function copiesIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.lock'))
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.map((text, at) => (names[at]!.endsWith('.part') ? 'part' : text[0]!)).toSorted()
}

async function use(cache: ObjectCache, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { path, release } = await cache.hold(`s3://b/${name}`)
    assert.deepEqual(await readFile(path), bytesOf(name))
    release()
  }
}

void describe('the cache of objects', () => {
  void it('downloads an object once for all that ask at the same time, and again for nobody (INV-O11)', async () => {
    await using made = await bench()
    const cache = made.open()
    await Promise.all(Array.from({ length: 20 }, () => use(cache, 'a')))
    await use(cache, 'a')
    assert.deepEqual(made.reads, ['s3://b/a'])
    assert.deepEqual(cache.figures(), { hits: 1, misses: 20, evictions: 0, files: 1, bytes: 10, bytesMax: 30 })
  })

  void it('stays within its bound: what was used longest ago goes first (INV-O9)', async () => {
    await using made = await bench()
    const cache = made.open()
    await use(cache, 'a', 'b', 'c', 'a', 'd')
    assert.deepEqual(await copiesIn(made.folder), ['a', 'c', 'd'])
    await use(cache, 'e', 'f', 'g')
    assert.deepEqual(await copiesIn(made.folder), ['e', 'f', 'g'])
    assert.deepEqual(cache.figures(), { hits: 1, misses: 7, evictions: 4, files: 3, bytes: 30, bytesMax: 30 })
  })

  void it('never removes what is held; more than fits is refused, until something is let go (INV-O9, INV-O10)', async () => {
    await using made = await bench()
    const cache = made.open()
    const held = await Promise.all(['a', 'b', 'c'].map((name) => cache.hold(`s3://b/${name}`)))
    await assert.rejects(cache.hold('s3://b/d'), {
      code: 'WEIR-8009',
      retryable: true,
      message:
        /no room for a copy of s3:\/\/b\/d \(10 B\): of the 30 B .* 30 B are taken .* Raise the size of the cache/,
    })
    assert.deepEqual(await copiesIn(made.folder), ['a', 'b', 'c'])
    held[1]!.release()
    held[1]!.release()
    await use(cache, 'd')
    assert.deepEqual(await copiesIn(made.folder), ['a', 'c', 'd'])
    for (const [at, name] of [[0, 'a'] as const, [2, 'c'] as const])
      assert.deepEqual(await readFile(held[at]!.path), bytesOf(name))
  })

  void it('keeps for a minute what was asked for without being held (INV-O10)', async () => {
    await using made = await bench()
    const cache = made.open()
    const path = await cache.keep('s3://b/a')
    await use(cache, 'b', 'c', 'd', 'e')
    assert.deepEqual(await readFile(path), bytesOf('a'))
    made.time += 60_000
    await use(cache, 'f', 'g')
    assert.deepEqual(await copiesIn(made.folder), ['e', 'f', 'g'])
  })

  void it('finds after a restart what was whole, in the order of use, and removes the rest (INV-O12)', async () => {
    await using made = await bench()
    await use(made.open(), 'a', 'b', 'c')
    made.time += 5000
    const half = (await readdir(made.folder)).find((name) => !name.startsWith('.'))!
    await writeFile(join(made.folder, `.${'0'.repeat(16)}.part`), 'part')
    await writeFile(join(made.folder, half.replace(/^./, 'f').replace(/-10-/, '-11-')), 'half')
    await writeFile(join(made.folder, 'notes.txt'), 'of somebody else')
    const second = await made.reopen()
    await use(second, 'a')
    assert.equal(second.figures().bytes, 30)
    const third = await made.reopen({ bytesMax: 10 })
    await use(third, 'a')
    assert.deepEqual(made.reads, ['s3://b/a', 's3://b/b', 's3://b/c'])
    assert.deepEqual(await copiesIn(made.folder), ['a', 'o'])
  })

  void it('has one owner: a second process is told whose it is', async () => {
    await using made = await bench()
    await use(made.open(), 'a')
    const other = openObjectCache({
      folder: made.folder,
      bytesMax: 30,
      files: nodeFiles,
      clock: { now: Date.now, monotonic: Date.now },
      lockPatienceMs: 0,
      read: () => Promise.reject(new Error('not to be asked')),
    })
    await assert.rejects(other.hold('s3://b/a'), { code: 'WEIR-2001', message: new RegExp(`process ${process.pid}`) })
  })

  void it('downloads again what somebody removed or cut', async () => {
    await using made = await bench()
    const cache = made.open()
    for (const spoil of [unlink, (path: string) => truncate(path, 3)]) {
      await spoil((await cache.hold('s3://b/a')).path)
      await use(cache, 'a')
    }
    assert.equal(made.reads.length, 3)
    assert.equal(cache.figures().bytes, 10)
  })

  void it('forgets a download that failed, for all who waited for it', async () => {
    await using made = await bench()
    let broken = true
    const cache = made.open({
      read: async (location, sink) => {
        await sink.begin(10)
        await sink.write(bytesOf(location).subarray(0, 5))
        if (broken) throw new Error('broke off')
        await sink.begin(10)
        await sink.write(bytesOf(location))
      },
    })
    const outcomes = await Promise.allSettled([cache.hold('s3://b/a'), cache.hold('s3://b/a')])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected'],
    )
    assert.deepEqual(await copiesIn(made.folder), [])
    assert.equal(cache.figures().bytes, 0)
    broken = false
    await use(cache, 'a')
  })
})

/** A disk with room for so many bytes in all; removing a file gives its 10 bytes back. */
function smallDisk(bytes: number): { readonly files: Files; readonly give: (more: number) => void } {
  let free = bytes
  const files: Files = {
    ...nodeFiles,
    open: async (path, mode) => {
      const file = await nodeFiles.open(path, mode)
      return {
        ...file,
        write: async (buffers, at) => {
          const length = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0)
          if (length > free) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
          free -= length
          await file.write(buffers, at)
        },
      }
    },
    remove: async (path) => {
      free += (await nodeFiles.size(path)) ?? 0
      await nodeFiles.remove(path)
    },
  }
  return { files, give: (more) => (free += more) }
}

void describe('the cache of objects on a full disk (INV-O13)', () => {
  void it('gives up idle copies for a new one', async () => {
    await using made = await bench()
    const cache = made.open({ files: smallDisk(25).files })
    await use(cache, 'a', 'b', 'c')
    assert.deepEqual(await copiesIn(made.folder), ['b', 'c'])
  })

  void it('says what to do when there are none, leaves nothing half, and goes on when there is room', async () => {
    await using made = await bench()
    const { files, give } = smallDisk(15)
    const cache = made.open({ files })
    const { path } = await cache.hold('s3://b/a')
    await assert.rejects(cache.hold('s3://b/c'), {
      code: 'WEIR-8001',
      retryable: true,
      message: `no room on the disk for a copy of s3://b/c (10 B) in ${made.folder}; free space there, or put the cache on another disk`,
    })
    assert.deepEqual(await readFile(path), bytesOf('a'))
    assert.deepEqual(await copiesIn(made.folder), ['a'])
    assert.equal(cache.figures().bytes, 10)
    give(10)
    await use(cache, 'c')
  })
})
