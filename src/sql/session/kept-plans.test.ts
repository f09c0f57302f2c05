import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { ordersTable, startTestEngine, type TestEngine, type TestTable } from '../../../test/support/sql-engine.ts'

const fewer: TestTable = { ...ordersTable, rows: `${ordersTable.rows} LIMIT 2` }
let server: TestEngine
let client: pg.Client
before(async () => {
  server = await startTestEngine([ordersTable])
  client = await server.client()
})
after(() => server.stop())

const ask = async (text: string) => (await client.query({ text, rowMode: 'array' })).rows

void test('a statement that is run again sees the tables as they are then, under the settings of then', async () => {
  const count = 'select count(*)::int from orders'
  assert.deepEqual([await ask(count), await ask(count)], [[[5]], [[5]]])
  server.change([fewer])
  assert.deepEqual(await ask(count), [[2]])
  server.change([ordersTable])
  assert.deepEqual(await ask(count), [[5]])
  const hour = `select extract(hour from timestamptz '2024-01-01 12:00:00+00')::int, placed::text from orders where id = 1`
  assert.deepEqual(await ask(hour), [[12, '2024-01-01 01:00:00+00']])
  await ask(`set timezone = 'Asia/Kolkata'`)
  assert.deepEqual(await ask(hour), [[17, '2024-01-01 06:30:00+05:30']])
  await ask('reset timezone')
  assert.deepEqual(await ask(hour), [[12, '2024-01-01 01:00:00+00']])
})

void test('what is of the moment is so each time', async () => {
  for (const text of ['select localtimestamp', 'select now()', 'select random()', 'select clock from moments']) {
    server.change([ordersTable], [{ schema: 'public', name: 'moments', sql: 'select localtimestamp as clock' }])
    const [first] = await ask(text)
    await pause(2)
    assert.notDeepEqual(await ask(text), [first], text)
  }
})

void test('one statement may be open several times, and each reads on where it was', async () => {
  const text = 'select id::int from orders order by id'
  await ask(text)
  await client.query(`begin; declare a cursor for ${text}; declare b cursor for ${text}`)
  assert.deepEqual(await ask('fetch 2 from a'), [[1], [2]])
  assert.deepEqual(await ask('fetch 3 from b'), [[1], [2], [3]])
  assert.deepEqual(await ask(text), [[1], [2], [3], [4], [5]])
  assert.deepEqual(await ask('fetch 1 from a'), [[3]])
  await ask('commit')
})

void test('statements without number, and one that failed, are run again like the first time', async () => {
  for (let n = 0; n < 40; n++)
    assert.deepEqual(await ask(`select ${n % 20}::int + id::int from orders where id = 1`), [[(n % 20) + 1]])
  const failing = `select item::int from orders`
  for (let n = 0; n < 3; n++) await assert.rejects(ask(failing), { code: '22P02' })
  const long = 'select count(*) from range(100000000) a, range(100000) b'
  await ask("set statement_timeout = '50ms'")
  for (let n = 0; n < 2; n++) await assert.rejects(ask(long), { code: '57014' })
  await ask('reset statement_timeout')
  assert.deepEqual(await ask('select 1'), [[1]])
})

void test('a result is the same each time, whatever its size, also when it was left before its end', async () => {
  for (const rows of [0, 1, 2048, 2049, 5000]) {
    const text = `select (i::int + id::int) % 7 as n, i::int as i from range(${rows}) t(i), orders where id = 1 order by i`
    const expected = Array.from({ length: rows }, (_, i) => [(i + 1) % 7, i])
    for (let n = 0; n < 3; n++) assert.deepEqual(await ask(text), expected, `${rows} rows`)
    await client.query(`begin; declare part cursor for ${text}`)
    assert.deepEqual(await ask('fetch 1 from part'), expected.slice(0, 1))
    await ask('rollback')
    assert.deepEqual(await ask(text), expected)
  }
})
