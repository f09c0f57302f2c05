import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { dropNotes } from './interrupted-changes.ts'
import { roomForDrops } from './room-for-drops.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-room-'))
after(() => rmSync(folder, { recursive: true, force: true }))

void test('INV-P6: on a full disk a table is dropped with the room that is kept for it, which is kept again once there is some', async () => {
  const path = join(folder, 'drops.room')
  let isFull = false
  /** A disk that has no room beside that file. */
  const files: Files = {
    ...nodeFiles,
    open: async (name, mode) => {
      if (isFull && mode === 'write' && (existsSync(path) || name === path))
        throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'open', path: name })
      return nodeFiles.open(name, mode)
    },
  }
  const room = roomForDrops(path, files)
  await room.keep()
  assert.ok(existsSync(path))
  const removed: string[] = []
  const notes = dropNotes(join(folder, 'drops'), files, async (location) => void removed.push(location))
  const drop = (location: string) =>
    room.within(async () => {
      await notes.begin(location)
      await notes.end(location)
    })
  isFull = true
  await drop('file:///lake/public/a')
  assert.deepEqual([removed, existsSync(path)], [['file:///lake/public/a'], false])
  isFull = false
  await drop('file:///lake/public/b')
  await room.keep()
  assert.ok(existsSync(path))
  await assert.rejects(
    room.within(() => Promise.reject(new Error('something else'))),
    /something else/,
  )
})
