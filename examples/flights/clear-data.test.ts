import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { acquireLock } from '../../src/kernel/lock.ts'
import { noteDataDirectory } from '../../src/platform/project/data-place.ts'
import { clearData, hasData } from './clear-data.ts'

let data: string
beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'weir-clear-'))))
afterEach(() => rmSync(data, { recursive: true }))

void test('what a run left is removed', () => {
  writeFileSync(join(data, 'format.json'), '{"format": 1}')
  mkdirSync(join(data, 'log/topics'), { recursive: true })
  assert.ok(hasData(data))
  clearData(data)
  assert.ok(!hasData(data))
  clearData(data)
  clearData(join(data, 'not there'))
})

void test('while a Weir starts there, before it is ready, nothing is removed', () => {
  const lock = acquireLock(join(data, 'supervisor.lock'), data)
  writeFileSync(join(data, 'metadata.db'), 'rows')
  assert.throws(() => clearData(data), { code: 'WEIR-2001', message: new RegExp(`in use by process ${process.pid}`) })
  assert.ok(readdirSync(data).includes('metadata.db'))
  lock.release()
})

void test('a start that kept its data elsewhere leaves a note of that: there is nothing to remove, and no stranger', () => {
  mkdirSync(join(data, 'project'))
  noteDataDirectory(join(data, 'project'), join(data, 'elsewhere'))
  const usual = join(data, 'project/.weir')
  assert.deepEqual(readdirSync(usual), ['data-directory'])
  assert.ok(!hasData(usual))
  clearData(usual)
  writeFileSync(join(usual, 'thesis.tex'), 'years of work')
  assert.throws(() => clearData(usual), { code: 'WEIR-2009', message: /\(thesis\.tex\)/ })
})

void test("a folder with somebody's files is left alone", () => {
  writeFileSync(join(data, 'thesis.tex'), 'years of work')
  assert.throws(() => clearData(data), { code: 'WEIR-2009', message: /holds other files than Weir's \(thesis\.tex\)/ })
  assert.deepEqual(readdirSync(data), ['thesis.tex'])
})
