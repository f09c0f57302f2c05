import assert from 'node:assert/strict'
import { beforeEach, afterEach, test } from 'node:test'
import type pg from 'pg'
import type { Relations } from '../engine-host.ts'
import { ordersTable, startTestEngine, type TestEngine, type TestTable } from '../../../test/support/sql-engine.ts'

let server: TestEngine
let client: pg.Client
beforeEach(async () => {
  server = await startTestEngine([ordersTable])
  client = await server.client()
})
afterEach(() => server.stop())

const stock: TestTable = {
  schema: 'public',
  name: 'stock',
  columns: [{ name: 'item', type: 'string', required: false }],
  rows: `SELECT 'item 1' AS item`,
}
const wider: TestTable = {
  ...ordersTable,
  columns: [...ordersTable.columns, { name: 'note', type: 'string', required: false }],
  rows: `SELECT *, 'gift' AS note FROM (${ordersTable.rows})`,
}
const view = (sql: string): Relations['views'] => [{ schema: 'public', name: 'shown', sql }]

const ask = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows

void test('a statement asks the supervisor nothing when it reads no table, else once, and not again until something changes', async () => {
  await ask('select 1')
  assert.deepEqual(server.questions(), [])
  await ask('select count(*) from orders')
  server.questions()
  server.change([ordersTable])
  await ask('select count(*) from orders o join orders p using (id)')
  assert.deepEqual(server.questions(), ['resolve', 'relations', 'resolve'], 'bound to those last seen, and then anew')
  await ask('select count(*) from orders')
  await ask('select * from orders')
  const other = await server.client()
  assert.equal((await other.query('select id from orders where id > $1', [3])).rows.length, 2)
  assert.deepEqual(server.questions(), [])
})

void test('each change is seen by the next statement', async () => {
  await ask('select id from orders')
  server.change([ordersTable, stock])
  assert.deepEqual(await ask('select item from stock'), [['item 1']])
  server.change([wider, stock])
  assert.deepEqual(await ask('select note from orders where id = 1'), [['gift']])
  server.change([
    {
      ...wider,
      columns: [...wider.columns, { name: 'size', type: 'long', required: false }],
      rows: `SELECT *, 7::BIGINT AS size FROM (${wider.rows})`,
    },
    stock,
  ])
  const { rows } = await client.query('select size from orders where size = $1 and id = $2', ['7', '1'])
  assert.deepEqual(rows, [{ size: '7' }], 'also where types of parameters are open')
  server.change([wider, stock])
  assert.equal((await ask('select * from orders limit 1'))[0]!.length, 6)
  server.change([wider, stock], view('select 1 as a'))
  assert.deepEqual(await ask('select * from shown'), [[1]])
  server.change([wider, stock], view('select 2 as a, item from stock'))
  assert.deepEqual(await ask('select * from shown'), [[2, 'item 1']])
  server.change([wider, stock], view('select 3 as a'))
  assert.deepEqual(await ask('select * from shown'), [[3]])
  server.change([wider])
  await assert.rejects(ask('select item from stock'), { code: '42P01' })
  await assert.rejects(ask('select * from shown'), { code: '42P01' })
})

void test('what is described is what is executed, also of a table that has just changed', async () => {
  const text = 'select * from orders where id = $1'
  assert.equal((await client.query({ text, values: [1] })).fields.length, 5)
  server.change([wider])
  const { fields, rows } = await client.query({ text, values: [1] })
  assert.equal(fields.at(-1)!.name, 'note')
  assert.equal(rows[0].note, 'gift')
  assert.deepEqual((await ask('describe orders')).at(-1), ['note', 'VARCHAR'])
})

void test('the catalog shows a change at once', async () => {
  const columns = () => ask("select column_name from information_schema.columns where table_name = 'orders'")
  assert.equal((await columns()).length, 5)
  server.change([wider])
  assert.equal((await columns()).length, 6)
})
