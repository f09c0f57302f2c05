import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { isRepeatable } from './repeatable.ts'
import { statementOf } from './statement.ts'

const repeatable = (text: string) => isRepeatable(statementOf(text))

void test('every function that DuckDB does not call consistent makes a statement one of the moment', async (context) => {
  const instance = await DuckDBInstance.create(':memory:')
  const db = await instance.connect()
  context.after(() => (db.closeSync(), instance.closeSync()))
  const named = await db.runAndReadAll(
    `SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'scalar' AND stability <> 'CONSISTENT'`,
  )
  const names = named.getRows().map(([name]) => String(name))
  assert.ok(names.length > 15)
  // error() only fails, whenever that is.
  assert.deepEqual(
    names.filter((name) => repeatable(`SELECT ${name}()`)),
    ['error'],
  )
  const macros = await db.runAndReadAll(
    `SELECT DISTINCT function_name, macro_definition FROM duckdb_functions() WHERE function_type = 'macro'`,
  )
  for (const [name, definition] of macros.getRows())
    assert.ok(repeatable(`SELECT ${String(definition)}`) || !repeatable(`SELECT ${String(name)}()`), String(name))
})

void test('so does what DuckDB takes for a constant, however it is written', () => {
  for (const text of [
    'select localtimestamp',
    'select CURRENT_LOCALTIME()',
    `select age(timestamp '2020-01-01')`,
    'select "now"()',
    'select current_date',
    'select interval 1 day.ago()',
    'select user',
  ])
    assert.ok(!repeatable(text), text)
  for (const text of [`select 'now()', 1 -- now()`, 'select price, storage from orders where known > 5'])
    assert.ok(repeatable(text), text)
})
