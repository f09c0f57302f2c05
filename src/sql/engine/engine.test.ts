import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { cheapView, ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'

let server: TestEngine
let client: pg.Client

before(async () => {
  server = await startTestEngine([ordersTable], [cheapView])
  client = await server.client()
})
after(() => server.stop())

void test('answers a query over a table and a view', async () => {
  const { rows } = await client.query('select id, item, price from orders order by id limit 2')
  assert.deepEqual(rows, [
    { id: '1', item: 'item 1', price: '2.50' },
    { id: '2', item: 'item 2', price: '5.00' },
  ])
  const { rows: cheap } = await client.query('select count(*), max(item) from public.cheap')
  assert.deepEqual(cheap, [{ count: '3', max: 'item 3' }])
})

void test('binds parameters whose types the client leaves open', async () => {
  const { rows } = await client.query('select item from orders where id = $1 or item = $2 limit $3', [2, 'item 4', 5])
  assert.deepEqual(rows, [{ item: 'item 2' }, { item: 'item 4' }])
  const { rows: any } = await client.query('select id from orders where id = any($1) order by 1', [[1, 3]])
  assert.deepEqual(any, [{ id: '1' }, { id: '3' }])
  const { rows: since } = await client.query('select count(*) from orders where placed > $1', [
    new Date('2024-01-01T02:30:00Z'),
  ])
  assert.deepEqual(since, [{ count: '3' }])
  const { rows: bare } = await client.query('select $1 as a, $2::int as b', ['x', null])
  assert.deepEqual(bare, [{ a: 'x', b: null }])
})

void test('names what does not exist, where, and what was meant', async () => {
  await assert.rejects(client.query('select * from order'), { code: '42601', position: '15' })
  await assert.rejects(client.query('select * from orderz'), {
    code: '42P01',
    hint: 'Did you mean orders?',
    position: '15',
  })
  await assert.rejects(client.query('select itm from orders'), { code: '42703', position: '8' })
  await assert.rejects(client.query('select\n  1, foo(id) from orders'), { code: '42883', position: '13' })
})

void test('runs several statements in one message and stops at the first error', async () => {
  const results = (await client.query('select 1 as a; select 2 as b;')) as unknown as pg.QueryResult[]
  assert.deepEqual(
    results.map(({ rows }) => rows),
    [[{ a: 1 }], [{ b: 2 }]],
  )
  await assert.rejects(client.query('select 1; select nope; select 2'), { code: '42703', position: '18' })
})

void test('holds the states of a transaction, though nothing is written', async () => {
  await client.query('begin')
  await assert.rejects(client.query('select 1/0::int/0, nope'))
  await assert.rejects(client.query('select 1'), { code: '25P02' })
  const { command } = await client.query('commit')
  assert.equal(command, 'ROLLBACK')
  assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }])
})

void test('answers settings itself', async () => {
  await client.query("set application_name = 'report'; set extra_float_digits to 3; set time zone 'Europe/Berlin'")
  assert.deepEqual((await client.query('show application_name')).rows, [{ application_name: 'report' }])
  const { rows } = await client.query('select placed::text as t from orders where id = 1')
  assert.match(rows[0].t, /^2024-01-01 02:00:00\+01/)
  await client.query('discard all')
  await assert.rejects(client.query('set memory_limit = 1'), { code: '42704' })
  await assert.rejects(client.query("set client_encoding = 'latin1'"), { code: '22023' })
})

void test('reads cursors', async () => {
  await client.query('begin; declare c cursor for select id from orders order by id')
  assert.deepEqual((await client.query('fetch 2 from c')).rows, [{ id: '1' }, { id: '2' }])
  assert.equal((await client.query('fetch all from c')).rows.length, 3)
  const { command, rowCount } = await client.query('fetch 1 from c')
  assert.deepEqual([command, rowCount], ['FETCH', 0])
  await client.query('close c; commit')
  await assert.rejects(client.query('declare c cursor for select 1'), { code: '25P01' })
})

void test('MOVE passes over rows and answers with their count', async () => {
  await client.query('begin; declare c cursor for select id from orders order by id')
  const moved = await client.query('move 2 in c')
  assert.deepEqual([moved.command, moved.rowCount, moved.rows, moved.fields], ['MOVE', 2, [], []])
  assert.deepEqual((await client.query('fetch from c')).rows, [{ id: '3' }])
  assert.equal((await client.query({ name: 'moves', text: 'move forward all from c' })).rowCount, 2)
  assert.equal((await client.query('move c')).rowCount, 0)
  assert.deepEqual((await client.query('fetch all from c')).rows, [])
  await client.query('rollback')
  for (const text of ['fetch 0 from c', 'move backward 1 from c', 'fetch -1 from c', 'fetch last from c'])
    await assert.rejects(client.query(text), { code: '55000' }, text)
})

void test('a cursor WITH HOLD outlives its transaction when that is committed', async () => {
  const ids = async (text: string) => (await client.query<{ id: string }>(text)).rows.map(({ id }) => Number(id))
  const declare = (name: string) => `declare ${name} cursor with hold for select id from orders order by id`
  await client.query(`begin; ${declare('kept')}; declare gone cursor for select 1`)
  assert.deepEqual(await ids('fetch 2 from kept'), [1, 2])
  await client.query('commit')
  assert.deepEqual(await ids('fetch 2 from kept'), [3, 4])
  await assert.rejects(ids('fetch 1 from gone'), { code: '34000' })
  await client.query(`begin; ${declare('undone')}; rollback`)
  await assert.rejects(ids('fetch 1 from undone'), { code: '34000' })
  assert.deepEqual(await ids('fetch all from kept'), [5], 'another transaction that is undone does not concern it')
  await client.query(declare('outside'))
  assert.deepEqual(await ids('fetch 1 from outside'), [1])
  await client.query('close kept; close all')
  await assert.rejects(ids('fetch 1 from outside'), { code: '34000' })
})

void test('a cursor shows the rows of the moment at which it was declared, and a wrong one is refused there', async () => {
  await client.query('begin; declare c cursor for select id from orders')
  server.change([{ ...ordersTable, rows: `${ordersTable.rows} LIMIT 1` }])
  assert.equal((await client.query('fetch all from c')).rows.length, 5)
  await client.query('commit')
  assert.equal((await client.query('select id from orders')).rows.length, 1)
  server.change([ordersTable])
  await client.query('begin')
  await assert.rejects(client.query('declare d cursor for select nothing from orders'), { code: '42703' })
  await client.query('rollback')
})

void test('explains and describes', async () => {
  const { rows } = await client.query('explain select * from orders')
  assert.ok(rows.length > 3 && 'QUERY PLAN' in rows[0])
  const { rows: columns } = await client.query('describe orders')
  assert.deepEqual(columns[2], { column_name: 'price', column_type: 'DECIMAL(12,2)' })
})

void test('cancels a running query on request', { timeout: 20_000 }, async () => {
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const running = client.query('select count(*) from range(1000000000) a, range(1000000) b')
  const other = await server.client()
  assert.equal((await other.query('select 1 as a')).rows[0].a, 1)
  const { connect } = await import('node:net')
  const request = Buffer.alloc(16)
  for (const [i, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value, i * 4)
  connect(server.socketPath).end(request)
  await assert.rejects(running, { code: '57014' })
  assert.equal((await client.query('select 1 as a')).rows[0].a, 1)
})

void test('ends what runs longer than statement_timeout', { timeout: 20_000 }, async () => {
  await client.query("set statement_timeout = '50ms'")
  await assert.rejects(client.query('select count(*) from range(1000000000) a, range(1000000) b'), {
    code: '57014',
    message: 'canceling statement due to statement timeout',
  })
  await client.query('reset statement_timeout')
})

void test('says when a query needs more memory than the engine has, and goes on', { timeout: 60_000 }, async () => {
  const greedy = "select length(string_agg(repeat('x', 1000) || range, '')) from range(1000000)"
  await assert.rejects(client.query(greedy), { code: '53200' })
  assert.deepEqual((await client.query('select count(*)::int as n from orders')).rows, [{ n: 5 }])
})
