import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openChangeCount, stillHolds } from './change-count.ts'

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weir-changes-'))
  context.after(() => rmSync(folder, { recursive: true }))
  return folder
}

void test('what was told holds until a change, and never again', (context) => {
  const changes = openChangeCount(folderOf(context))
  const first = changes.hold()
  assert.ok(stillHolds(first))
  changes.raise()
  changes.raise()
  assert.ok(!stillHolds(first))
  const second = JSON.parse(JSON.stringify(changes.hold())) as typeof first
  assert.ok(stillHolds(second) && !stillHolds(first))
  changes.raise()
  assert.ok(!stillHolds(second))
})

void test('what a process told holds no longer when it has gone', (context) => {
  const folder = folderOf(context)
  const changes = openChangeCount(folder)
  const told = changes.hold()
  changes.close()
  changes.close()
  changes.raise()
  assert.ok(!stillHolds(told) && !stillHolds(changes.hold()))
  changes.raise()
  assert.deepEqual(readdirSync(folder), [])
  const next = openChangeCount(folder)
  assert.ok(!stillHolds(told) && stillHolds(next.hold()))
  truncateSync(next.hold().path, 4)
  assert.ok(!stillHolds(next.hold()), 'half a count')
  next.close()
})
