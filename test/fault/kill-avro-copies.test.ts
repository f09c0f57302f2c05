import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { systemClock } from '../../src/kernel/clock.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { openAvroCopies } from '../../src/lake/avro-rows/avro-copies.ts'
import { localObjects } from '../../src/storage/objects/local.ts'
import { avroContainer } from '../support/avro-container.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'

const [filesEach, rowsEach] = [6, 20_000]
const schema = {
  type: 'record',
  name: 'table',
  fields: [
    { name: 'v', 'field-id': 1, type: 'long' },
    { name: 'text', 'field-id': 2, type: 'string' },
  ],
}

const half = (folder: string): readonly string[] => readdirSync(folder).filter((name) => name.endsWith('.part'))

void test('kill -9 while copies are made of files in Avro: the next start finds whole ones only, and removes what is half (INV-O12)', async (context) => {
  const random = seededRandom(chosenSeed(context))
  const folder = mkdtempSync(join(tmpdir(), 'weir-avro-killed-'))
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  try {
    const rows = Array.from({ length: rowsEach }, (_, v) => ({ v, text: `row ${v} ${'x'.repeat(v % 300)}` }))
    const bytes = avroContainer(schema, rows, { blockRows: 500 })
    const paths = Array.from({ length: filesEach }, (_, at) => join(folder, `${at}.avro`))
    for (const path of paths) writeFileSync(path, bytes)
    const copies = join(folder, 'copies')
    let halves = 0
    for (let round = 0; round < 30 && (round < 4 || halves === 0); round++) {
      const child = spawn(
        process.execPath,
        ['test/fault/avro-copies-killed.ts', copies, ...paths.map((path) => `${path}=${rowsEach}`)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const ended = once(child, 'exit')
      await Promise.race([once(child.stdout, 'data'), ended])
      await pause(random.pick(400))
      child.kill('SIGKILL')
      await ended
      halves += half(copies).length
      // A copy that is there at the next start has all rows, and what was half is no copy.
      const next = openAvroCopies({
        folder: copies,
        bytesMax: 1e9,
        files: nodeFiles,
        clock: systemClock,
        store: localObjects({ roots: ['file:///'], files: nodeFiles }),
      })
      for (const path of paths.slice(0, 1 + random.pick(filesEach))) {
        const object = { location: `file://${path}`, sizeBytes: statSync(path).size, recordCount: rowsEach }
        const held = await next.hold(object)
        const [read] = (
          await db.runAndReadAll(`SELECT count(*), sum(c1), max(length(c2)) FROM read_parquet('${held.path}')`)
        ).getRows()
        assert.deepEqual(read!.map(Number), [rowsEach, (rowsEach * (rowsEach - 1)) / 2, 309])
        held.release()
      }
      assert.deepEqual(half(copies), [], 'half a copy was left')
      await next.close()
      for (const name of readdirSync(copies)) if (random.chance(0.5)) rmSync(join(copies, name), { recursive: true })
    }
    assert.ok(halves > 0, 'no kill came in the middle of a copy')
  } finally {
    db.closeSync()
    rmSync(folder, { recursive: true })
  }
})
