import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openWorkerDuckdb } from './worker-duckdb.ts'

void test('DuckDB closes while a statement runs: the statement ends, one way or the other', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-duckdb-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const duckdb = await openWorkerDuckdb({ memoryLimitBytes: 5e8, temporaryDirectory: folder })
  let isOver = false
  const running = duckdb.committing
    .run('SELECT sum(a.range * b.range) FROM range(20000) a, range(20000) b')
    .catch((error: unknown) => assert.match(String(error), /interrupt/i))
    .finally(() => (isOver = true))
  await duckdb.parsing.run('SELECT 1')
  await duckdb.close()
  await running
  assert.ok(isOver)
})
