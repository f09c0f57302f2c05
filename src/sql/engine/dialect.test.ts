import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'

let server: TestEngine
let client: pg.Client
before(async () => {
  server = await startTestEngine(
    [ordersTable],
    [
      {
        schema: 'public',
        name: 'exact',
        sql: String.raw`select 1.123456789::numeric as n, 'a%b' like 'a\%b' as yes, 'axb' like 'a\%b' as no`,
      },
    ],
  )
  client = await server.client()
})
after(() => server.stop())

const ask = async (text: string, values: unknown[] = []) =>
  (await client.query({ text, values, rowMode: 'array' })).rows[0] as unknown[]

/** A number of any scale, as the shortest text. */
const plain = (text: unknown) => String(text).replace(/\.?0+$/, '')

void test('numeric without digits keeps every digit or refuses', async () => {
  const kept: readonly (readonly [string, string])[] = [
    ["'1.123456789012345'::numeric", '1.123456789012345'],
    ['1.123456789::numeric', '1.123456789'],
    ['cast(1.123456789 as decimal)', '1.123456789'],
    ['9007199254740993::numeric', '9007199254740993'],
    ['(price * 1.00001)::numeric', '2.500025'],
    ['price::decimal', '2.5'],
    ['sum(price * 1.00001) over ()::numeric', '37.500375'],
    ['(sum(price) filter (where id > 4) over ())::numeric', '12.5'],
    ["case when id = 1 then '1.0000001' end::numeric", '1.0000001'],
    ['0.1::float8::numeric', '0.1'],
    ['0.1::float4::numeric', '0.1'],
    ['round((2::float8 / 3)::numeric, 4)', '0.6667'],
    ['-price::numeric', '-2.5'],
    ['coalesce(null::numeric, 7)', '7'],
  ]
  for (const [expression, expected] of kept) {
    const [value] = await ask(`select ${expression} as v from orders order by id limit 1`)
    assert.equal(plain(value), expected, expression)
  }
  assert.equal(plain((await ask('select cast($1 as numeric)', ['1.12345678901234567890']))[0]), '1.1234567890123456789')
  for (const expression of [
    "'1.1234567890123456'::numeric",
    "repeat('9', 30)::numeric",
    '1e-20::float8::numeric',
    '1e30::float8::numeric',
    "'NaN'::float8::numeric",
    "'x'::numeric",
    "'1e5'::numeric",
    'array[1.5]::numeric[]',
  ])
    await assert.rejects(
      ask(`select ${expression}`),
      ({ code }: pg.DatabaseError) => /^(22|0A)/.test(code!),
      expression,
    )
  const { fields } = await client.query('select price::numeric, 1::numeric, cast(1 as numeric) as c from orders')
  assert.deepEqual(
    fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
    [
      ['price', 1700],
      ['numeric', 1700],
      ['c', 1700],
    ],
  )
})

void test('nulls are largest, as PostgreSQL sorts them', async () => {
  const sorted = async (order: string) =>
    (await client.query(`select x from (values (1), (null), (2)) t(x) order by x ${order}`)).rows.map(({ x }) => x)
  assert.deepEqual(await sorted(''), [1, 2, null])
  assert.deepEqual(await sorted('desc'), [null, 2, 1])
  assert.deepEqual(await sorted('desc nulls last'), [2, 1, null])
})

void test('a backslash escapes in LIKE', async () => {
  assert.deepEqual(
    await ask(
      String.raw`select 'a%b' like 'a\%b', 'axb' like 'a\%b', 'a%b' not ilike 'A\%B', 'a!%b' like 'a!%b' escape '!'`,
    ),
    [true, false, false, false],
  )
  assert.deepEqual(await ask(String.raw`select 'a_b' like $1, 'axb' like $1, 'axb' like $2`, ['a\\_b', 'a_b']), [
    true,
    false,
    true,
  ])
})

void test("a view's words mean what they mean in a statement", async () => {
  const [n, yes, no] = await ask('select * from exact')
  assert.deepEqual([plain(n), yes, no], ['1.123456789', true, false])
})

// docs/spec/sql.md, "What differs from PostgreSQL": these are DuckDB's answers, written down so that a change of DuckDB is seen.
void test('the differences that are documented are these', async () => {
  assert.deepEqual(await ask('select 7 / 2, 7 // 2, 1 / 0, 5 % 0'), [3.5, 3, Infinity, null])
  assert.deepEqual(await ask("select '1.5'::int, 'abc'::varchar(2), round(2.5::float8)"), [2, 'abc', 3])
  assert.deepEqual(await ask("select extract(second from timestamp '2024-01-01 00:00:01.5')"), ['1'])
  assert.deepEqual(await ask("select substring('abc', -1, 2), 1e308::float8 * 10"), ['c', Infinity])
})
