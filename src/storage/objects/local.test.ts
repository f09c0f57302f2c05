import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeObjectStoreContract } from '../../../test/contracts/object-store.ts'
import type { Files } from '../../kernel/files/files.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openObjectStore } from './open.ts'

async function open(files: Files = nodeFiles) {
  const folder = await mkdtemp(join(tmpdir(), 'weir-objects-'))
  const root = `file://${folder}`
  return {
    store: openObjectStore({ roots: [root], files }),
    root,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

describeObjectStoreContract('local files', () => open())

void test('a full disk is said so, and leaves no half object behind', async () => {
  const full: Files = {
    ...nodeFiles,
    open: async (path, mode) => ({
      ...(await nodeFiles.open(path, mode)),
      write: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
    }),
  }
  await using tested = await open(full)
  const rejected = tested.store.put(`${tested.root}/x`, Buffer.from('x'))
  await assert.rejects(rejected, { code: 'WEIR-8001', retryable: true })
  assert.deepEqual(await readdir(tested.root.slice('file://'.length)), [])
})

void test('bytes are synced before the name appears, and the folder after it', async () => {
  const calls: string[] = []
  const recording: Files = {
    ...nodeFiles,
    open: async (path, mode) => {
      const file = await nodeFiles.open(path, mode)
      return {
        ...file,
        sync: async () => {
          calls.push('sync')
          await file.sync()
        },
      }
    },
    rename: async (from, to) => {
      calls.push('rename')
      await nodeFiles.rename(from, to)
    },
    syncForeign: async (path) => {
      calls.push('sync')
      await nodeFiles.syncForeign(path)
    },
    syncDirectory: async (path) => {
      calls.push('sync folder')
      await nodeFiles.syncDirectory(path)
    },
  }
  await using tested = await open(recording)
  await tested.store.put(`${tested.root}/x`, Buffer.from('x'))
  const order = ['sync', 'rename', 'sync folder']
  assert.deepEqual(calls, order)
  await tested.store.adopt(`${tested.root.slice('file://'.length)}/x`, `${tested.root}/y`)
  assert.deepEqual(calls, [...order, ...order])
})

void test('a file on another disk is copied in pieces, then removed there', async () => {
  let largest = 0
  let asked = 0
  const twoDisks: Files = {
    ...nodeFiles,
    open: async (path, mode) => {
      const file = await nodeFiles.open(path, mode)
      return {
        ...file,
        write: async (buffers, at) => {
          largest = Math.max(largest, ...buffers.map(({ byteLength }) => byteLength))
          await file.write(buffers, at)
        },
      }
    },
    rename: async (from, to) => {
      if (asked++ === 0) throw Object.assign(new Error('cross-device link'), { code: 'EXDEV' })
      await nodeFiles.rename(from, to)
    },
  }
  await using tested = await open(twoDisks)
  const bytes = randomBytes((20 << 20) + 1)
  const found = join(tested.root.slice('file://'.length), 'found')
  await writeFile(found, bytes)
  await tested.store.adopt(found, `${tested.root}/data/x`)
  assert.ok((await tested.store.get(`${tested.root}/data/x`)).equals(bytes))
  assert.equal(await nodeFiles.size(found), undefined)
  assert.equal(largest, 8 << 20)
})
