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
        sql: String.raw`select 1.123456789::numeric as n, 'a%b' like 'a\%b' as yes, 'axb' like 'a\%b' as no, 'abc' similar to 'a%' as alike`,
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
    "('1.' || '1234567890123456')::numeric",
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
  const [n, yes, no, alike] = await ask('select * from exact')
  assert.deepEqual([plain(n), yes, no, alike], ['1.123456789', true, false, true])
})

void test('a text with a point is no whole number, as a literal and as a parameter', async () => {
  for (const text of ["'1.5'::int", "'1.0'::bigint", "cast('1e3' as smallint)", "int '2.5'", "('.5'::int4)"])
    await assert.rejects(ask(`select ${text}`), { code: '22P02', message: /invalid input syntax for type/ }, text)
  await assert.rejects(ask('select item from orders where id = $1', ['1.5']), { code: '22P02' })
  await assert.rejects(ask('select $1::int', ['1e2']), { code: '22P02' })
  const taken = await ask(`select ' 12 '::int, '-7'::int8::int, 1.5::int, 'x1.5'::text, $1::int + 1`, ['41'])
  assert.deepEqual(taken, [12, -7, 2, 'x1.5', 42])
})

void test('lengths of texts cut, and places before a text are places', async () => {
  for (const [expression, expected] of [
    ["'abc'::varchar(2)", 'ab'],
    ["'日本語'::character varying(2)", '日本'],
    ["cast('a' || 'bc' as varchar(2))", 'ab'],
    ["upper('abc')::varchar(2) || '.'", 'AB.'],
    ["'123'::varchar(2)::int", 12],
    ["'abcd'::char(3) || '.'", 'abc.'],
    ['cast(12345 as char(3))', '123'],
    ["'abc'::varchar", 'abc'],
    ["array['abc']::varchar[]", ['abc']],
    ["substring('abc', -1, 2)", ''],
    ["substring('abc', 0, 2)", 'a'],
    ["substring('abc', -1, 4)", 'ab'],
    ["substring('abc' from -1 for 4)", 'ab'],
    ["substr('abc', -5)", 'abc'],
    ["substring('abc', 2)", 'bc'],
    ["substring('abc' from 2 for 1)", 'b'],
    ["substring('abc', id::int - 2, 2)", ''],
    ["substring(substring('abcdef', -1, 5), 2)", 'bc'],
  ] as const)
    assert.deepEqual((await ask(`select ${expression} from orders where id = 1`))[0], expected, expression)
  await assert.rejects(ask("select substring('abc', 1, -1 * 1)"), { message: /negative substring length/ })
})

void test('seconds have their fraction', async () => {
  const at = "timestamp '2024-01-01 00:01:01.25'"
  assert.deepEqual(
    await ask(`select extract(second from ${at}), date_part('second', ${at}), extract(minute from ${at})`),
    ['1.250000', 1.25, '1'],
  )
  assert.deepEqual((await ask("select extract(seconds from interval '1 minute 2.5 seconds')"))[0], '2.500000')
})

void test('what PostgreSQL has by another name is refused with that name', async () => {
  for (const [expression, code, hint, instead] of [
    ["to_char(timestamp '2024-01-02', 'YYYY')", '42883', /strftime\(time/, "strftime(timestamp '2024-01-02', '%Y')"],
    ["to_char(1.5, '9.99')", '42883', /format\('\{:\.2f\}', number\)/, "format('{:.2f}', 2024.0::float8)"],
    ["'{}'::jsonb", '42704', /Use json: /, `'{"a": "2024.00"}'::json ->> 'a'`],
    ["jsonb '{}'", '42704', /Use json: /, `json_contains('{"a": 1}'::json, '{"a": 1}'::json)`],
    ['array[1, 2] || 3', '42883', /list_append\(list, element\)/, 'list_append(array[1, 2], 3)::text'],
    ['3 || array[1, 2]', '42883', /list_prepend\(element, list\)/, 'list_prepend(3, array[1, 2])::text'],
  ] as const) {
    await assert.rejects(ask(`select ${expression}`), { code, hint }, expression)
    assert.match(String((await ask(`select ${instead}`))[0]), /^(2024(\.00)?|true|\[1, 2, 3\]|\[3, 1, 2\])$/, instead)
  }
})
