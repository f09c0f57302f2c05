import assert from 'node:assert/strict'
import { utimesSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { scratchDuckdb } from '../../../test/support/scratch-duckdb.ts'
import type { Duckdb } from './duckdb.ts'
import { openDuckdb } from './open.ts'

const { folder, db } = await scratchDuckdb('kept-footers')
const write = async (rows: string, path: string) => void (await db.run(`COPY (${rows}) TO '${path}' (FORMAT parquet)`))

void suite('footers that are kept', () => {
  let duckdb: Duckdb
  before(async () => {
    const temporaryDirectory = join(folder, 'spill')
    duckdb = await openDuckdb({ memoryLimitBytes: 20e6, threads: 2, temporaryDirectory, keepsFooters: true })
  })
  after(() => duckdb.close())

  void test('are those of the file that is there now, whatever its time says', async () => {
    const path = join(folder, 'file.parquet')
    const past = new Date('2024-01-01')
    for (const rows of [100, 200_000, 300]) {
      await write(`SELECT i + ${rows} AS n FROM range(${rows}) t(i)`, path)
      utimesSync(path, past, past)
      for (let n = 0; n < 2; n++)
        assert.deepEqual(await duckdb.query(`SELECT count(*)::INT AS rows, min(n)::INT AS first FROM '${path}'`), [
          { rows, first: rows },
        ])
    }
  })

  void test('are those of every connection, of which a session has its own', async () => {
    const session = await duckdb.connect()
    const read = await session.runAndReadAll(`SELECT current_setting('parquet_metadata_cache')`)
    session.closeSync()
    assert.deepEqual(read.getRows(), [[true]])
  })

  void test('give way where the memory is needed', async () => {
    const path = (n: number): string => join(folder, `${n}.parquet`)
    const columns = Array.from({ length: 100 }, (_, n) => `i + ${n} AS c${n}`)
    await write(`SELECT ${columns.join(', ')} FROM range(10) t(i)`, path(0))
    const count = 300
    for (let n = 1; n < count; n++) await copyFile(path(0), path(n))
    const past = new Date('2024-01-01')
    for (let n = 0; n < count; n++) utimesSync(path(n), past, past)
    const kept = async (): Promise<number> => {
      const found = await duckdb.query(
        `SELECT memory_usage_bytes::DOUBLE AS bytes FROM duckdb_memory() WHERE tag = 'OBJECT_CACHE'`,
      )
      return Number(found[0]!['bytes'])
    }
    for (let n = 0; n < count; n += 50) {
      const files = Array.from({ length: 50 }, (_, at) => `'${path(n + at)}'`)
      await duckdb.query(`SELECT sum(c7) FROM read_parquet([${files.join(', ')}])`)
    }
    const before = await kept()
    assert.ok(before > 1e6, `${before} bytes are kept`)
    const [answer] = await duckdb.query(
      'SELECT count(*)::INT AS groups FROM (SELECT i % 200000 AS k, max(i) FROM range(400000) t(i) GROUP BY 1)',
    )
    assert.deepEqual(answer, { groups: 200_000 })
    assert.ok((await kept()) < before, 'nothing gave way')
  })
})
