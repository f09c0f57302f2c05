import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dataDirectoryOf, noteDataDirectory } from './data-place.ts'

void test('commands find the data directory of the last start, wherever the project keeps it', () => {
  const project = mkdtempSync(join(tmpdir(), 'weir-place-'))
  const usual = join(project, '.weir')
  try {
    assert.equal(dataDirectoryOf(project), usual)
    noteDataDirectory(project, '/srv/weir data')
    assert.equal(dataDirectoryOf(project), '/srv/weir data')
    noteDataDirectory(project, usual)
    assert.equal(dataDirectoryOf(project), usual)
    noteDataDirectory('/proc/none', '/srv/weir')
  } finally {
    rmSync(project, { recursive: true })
  }
})
