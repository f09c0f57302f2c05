import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { openFormat, type FormatMigration } from './format.ts'

let directory: string
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'weir-format-'))))
afterEach(() => rmSync(directory, { recursive: true }))

const formatOnDisk = (): unknown => JSON.parse(readFileSync(join(directory, 'format.json'), 'utf8'))
const rename: FormatMigration = {
  from: 1,
  title: 'old.txt is called new.txt',
  migrate: (root, files) => files.rename(join(root, 'old.txt'), join(root, 'new.txt')),
}

void test('a new directory gets the current format', async () => {
  assert.deepEqual(await openFormat(directory, nodeFiles), [])
  assert.deepEqual(formatOnDisk(), { format: 1 })
})

void test('a newer format is refused, and the message names both', async () => {
  writeFileSync(join(directory, 'format.json'), '{"format": 9}')
  await assert.rejects(openFormat(directory, nodeFiles), /format 9; this version of Weir knows formats up to 1/)
  assert.deepEqual(formatOnDisk(), { format: 9 })
})

void test('an older format is migrated step by step, and the user is told', async () => {
  writeFileSync(join(directory, 'format.json'), '{"format": 1}')
  writeFileSync(join(directory, 'old.txt'), 'kept')
  const notices = await openFormat(directory, nodeFiles, { current: 2, migrations: [rename] })
  assert.deepEqual(notices, ['data format 1 was migrated to 2: old.txt is called new.txt'])
  assert.equal(readFileSync(join(directory, 'new.txt'), 'utf8'), 'kept')
  assert.deepEqual(formatOnDisk(), { format: 2 })
  assert.deepEqual(await openFormat(directory, nodeFiles, { current: 2, migrations: [rename] }), [])
})

void test('a migration that failed leaves the format that it started from', async () => {
  writeFileSync(join(directory, 'format.json'), '{"format": 1}')
  await assert.rejects(openFormat(directory, nodeFiles, { current: 2, migrations: [rename] }), /ENOENT/)
  assert.deepEqual(formatOnDisk(), { format: 1 })
})

void test('a damaged format file is not taken for a new directory', async () => {
  writeFileSync(join(directory, 'format.json'), '{"form')
  await assert.rejects(openFormat(directory, nodeFiles), /does not hold \{"format": NUMBER\}/)
})
