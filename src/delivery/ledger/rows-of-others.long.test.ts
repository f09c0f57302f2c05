import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { appendFiles } from '../../../test/support/lake-engine.ts'
import type { LocalLake } from '../../../test/support/local-lake.ts'
import { startWriteEngine } from '../../../test/support/write-engine.ts'
import { rowCounter } from '../commit/count-rows.ts'
import { openLakeTable } from '../table/lake-table.ts'
import { countFigures } from './row-figures.ts'
import { rowsByPlace } from './rows-by-place.ts'

void test('rows that statements insert lie in files without columns of places: alone in a table, and beside those of a delivery, they are of no record', async () => {
  await using engine = await startWriteEngine()
  const columns = [
    { name: 'id', type: 'long' },
    { name: '_source', type: 'string' },
    { name: '_source_partition', type: 'int' },
    { name: '_offset', type: 'long' },
    { name: '_timestamp', type: 'timestamptz' },
  ]
  await engine.table('t', { columns })
  const client = await engine.client()
  await client.query('insert into t (id) values (1), (2)')
  const ident = { namespace: ['public'], name: 't' }
  const table = openLakeTable(ident, { catalog: engine.lake.client, store: engine.lake.store })
  const db = await (await DuckDBInstance.create(':memory:')).connect()
  const figures = async () => {
    const view = await table.load()
    using files = await rowsByPlace(view, db)
    return { figures: await countFigures(db, files.rows), counted: await rowCounter(db)(view) }
  }
  assert.deepEqual(await figures(), { figures: [], counted: new Map() })
  const delivered = `SELECT i AS id, 'topic' AS _source, 0 AS _source_partition, i AS _offset, NULL::TIMESTAMPTZ AS _timestamp FROM range(3) t(i)`
  await appendFiles(engine.lake as LocalLake, db, 't', [delivered])
  assert.deepEqual(await figures(), {
    figures: [{ source: 'topic', partition: 0, rows: 3n, distinct: 3n, first: 0n, last: 2n }],
    counted: new Map([['topic/0', { rows: 3n, last: 2n, within: 0n }]]),
  })
})
