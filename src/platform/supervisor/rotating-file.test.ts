import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRotatingFile } from './rotating-file.ts'

void test('the newest lines are kept, the oldest files go', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-logs-'))
  const file = openRotatingFile(join(directory, 'x.log'), { bytesMax: 50, kept: 2 })
  for (let line = 0; line < 40; line++) file.write(`line ${line}`)
  file.close()
  assert.deepEqual(readdirSync(directory).toSorted(), ['x.log', 'x.log.1', 'x.log.2'])
  assert.match(readFileSync(join(directory, 'x.log'), 'utf8'), /line 39\n$/)
  rmSync(directory, { recursive: true })
})
