import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { findHoles } from './row-figures.ts'

void test('a table without a row, all of whose records became letters, misses every offset until the letters are counted', async () => {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const holes = await findHoles(connection, undefined, { source: 'orders', partition: 0, next: 3n })
  assert.deepEqual(holes, [{ from: 0n, to: 3n }])
  connection.disconnectSync()
  instance.closeSync()
})
