import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { FolderTable } from '../../../test/support/delivery-table.ts'
import { literal } from '../../lake/types/duckdb-type.ts'
import type { Letter } from '../letters/letter.ts'
import { openWorkerDuckdb } from '../worker/worker-duckdb.ts'
import { parseBlock } from './parse-block.ts'

void test('a block that DuckDB refuses is halved until the culprits are alone, wherever they are', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-parse-'))
  const duckdb = await openWorkerDuckdb({ memoryLimitBytes: 5e8, temporaryDirectory: folder })
  context.after(async () => {
    await duckdb.close()
    rmSync(folder, { recursive: true })
  })
  const view = await new FolderTable(join(folder, 'table'), [{ name: 'id', type: 'long' }]).load()
  const bad = new Set([0, 57, 58, 99])
  const lines = Array.from({ length: 100 }, (_, at) => `{"_o":${at},"_t":-1,"_p":4,"id":${bad.has(at) ? '"x"' : at}}\n`)
  for (const bulk of [false, true]) {
    const { segments, culprits } = await parseBlock({
      connection: duckdb.parsing,
      view,
      source: 's',
      folder,
      name: `b${bulk}`,
      linesFile: join(folder, 'block.lines'),
      lines: Buffer.from(lines.join('')),
      longestLine: 50,
      bulk,
    })
    const reader = await duckdb.counting.runAndReadAll(
      `SELECT count(*), count(DISTINCT id), max(_timestamp) FROM read_parquet([${segments.map(({ path }) => literal(path)).join(', ')}])`,
    )
    assert.deepEqual(reader.getRows(), [[96n, 96n, null]])
    const letters = culprits.get(4)!.map((line) => JSON.parse(line.toString()) as Letter)
    assert.deepEqual(
      letters.map(({ offset, code }) => [offset, code]),
      [...bad].map((offset) => [String(offset), 'WEIR-5007']),
    )
    assert.equal(Buffer.from(letters[0]!.value!, 'base64').toString(), '{"id":"x"}')
  }
})
