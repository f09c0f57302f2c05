import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import type { CrawledFile, CrawledTable, FileShape } from '../crawled-table.ts'
import { proveFiles, type ProvedFiles } from './proved-files.ts'

const column = { name: 'id', type: 'long' } as const
const shape: FileShape = { format: 'json', layout: 'newline_delimited', compression: 'none', columns: [column] }
const much = 256 << 20

void suite('INV-C8: files that were changed a moment ago', () => {
  const home = mkdtempSync(join(tmpdir(), 'weir-proved-'))
  const path = join(home, 'a.ndjson')
  after(() => rmSync(home, { recursive: true }))
  writeFileSync(path, '{"id":1}\n')
  const changedMs = (): number => Math.floor(statSync(path).ctimeMs)
  const stop = new AbortController()

  /** Asks for the file as one of so many bytes, so long after it was changed. `paused` has the times of waiting. */
  async function prove(
    sizeBytes: number,
    sinceMs: number,
    { readsAll, areOthers = true, during }: { readsAll?: AbortSignal; areOthers?: boolean; during?: () => void },
  ): Promise<{ readonly proved: boolean; readonly paused: readonly number[] }> {
    const table = { root: `${home}/`, shapes: [shape], columns: [{ ...column, isPartition: false }] }
    const file = { path: 'a.ndjson', sizeBytes, shape: 0, partition: [] } as unknown as CrawledFile
    const paused: number[] = []
    let at = changedMs() + sinceMs
    const files = proveFiles({
      now: () => at,
      async pause(ms) {
        paused.push(ms)
        at += ms
        during?.()
      },
    })
    const options = { pathOf: () => path, readsAll, areOthers }
    const found: ProvedFiles = await files(table as unknown as CrawledTable, [file], options)
    return { proved: found.longestLine(file) === 8, paused }
  }

  void test('are waited for by a statement that reads much of them, until the next change would be seen', async () => {
    const readsAll = stop.signal
    assert.deepEqual(await prove(much, 400, { readsAll }), { proved: true, paused: [601] })
    assert.deepEqual(await prove(much, 1000, { readsAll }), { proved: true, paused: [1] })
    assert.deepEqual(await prove(much, 1001, { readsAll }), { proved: true, paused: [] })
  })

  void test('are not waited for by others, nor where a clock is ahead, nor where nobody else changes them', async () => {
    const readsAll = stop.signal
    assert.deepEqual(await prove(much - 1, 400, { readsAll }), { proved: false, paused: [] })
    assert.deepEqual(await prove(much, 400, {}), { proved: false, paused: [] })
    assert.deepEqual(await prove(much, -1, { readsAll }), { proved: false, paused: [] })
    assert.deepEqual(await prove(much, 400, { readsAll, areOthers: false }), { proved: true, paused: [] })
  })

  void test('are read otherwise when they changed once more meanwhile', async () => {
    const readsAll = stop.signal
    const before = changedMs()
    const during = (): void => {
      while (changedMs() <= before + 1) writeFileSync(path, '{"id":2}\n')
    }
    assert.deepEqual(await prove(much, 0, { readsAll, during }), { proved: false, paused: [1001] })
  })

  void test('end the waiting with the statement', async () => {
    const canceled = new AbortController()
    const during = (): void => canceled.abort(new Error('canceled'))
    await assert.rejects(prove(much, 400, { readsAll: canceled.signal, during }), /canceled/)
  })
})
