import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeFiles } from './node-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'weir-files-'))
after(() => rmSync(folder, { recursive: true }))

void test('a folder is made with those above it, by several at once, and again', async () => {
  const deep = join(folder, 'a', 'b', 'c')
  await Promise.all([nodeFiles.makeDirectory(deep), nodeFiles.makeDirectory(deep)])
  await nodeFiles.makeDirectory(deep)
  assert.ok(existsSync(deep))
})

void test('a folder is not made where a file is, nor below one', async () => {
  writeFileSync(join(folder, 'file'), '')
  await assert.rejects(nodeFiles.makeDirectory(join(folder, 'file')), { code: 'EEXIST' })
  await assert.rejects(nodeFiles.makeDirectory(join(folder, 'file', 'x', 'y')), { code: 'ENOTDIR' })
})

void test('where no folder can be made, it is refused at once', { skip: !existsSync('/proc/sys'), timeout: 5000 }, () =>
  assert.rejects(nodeFiles.makeDirectory('/proc/weir/x'), { code: 'ENOENT', syscall: 'mkdir' }),
)
