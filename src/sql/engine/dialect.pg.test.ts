import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'

let postgres: RunningPostgres
let server: TestEngine
let theirs: pg.Client
let ours: pg.Client
before(async () => {
  postgres = await startPostgres()
  theirs = new pg.Client({ connectionString: postgres.url })
  await theirs.connect()
  server = await startTestEngine([ordersTable])
  ours = await server.client()
})
after(async () => {
  await theirs.end()
  await server.stop()
  await postgres.stop()
})

/** All values of the answer as PostgreSQL's text, or the SQLSTATE of the refusal. */
async function answer(client: pg.Client, text: string): Promise<string> {
  const asText = { getTypeParser: () => (value: string | Buffer) => String(value) }
  try {
    const { rows } = await client.query({ text, rowMode: 'array', types: asText as unknown as pg.CustomTypesConfig })
    return rows.map((row: readonly unknown[]) => row.join('|')).join(' ')
  } catch (error) {
    return `error ${(error as pg.DatabaseError).code}`
  }
}

void test('where it can, the port gives PostgreSQL’s answer', async () => {
  for (const text of [
    "select 'abc'::varchar(2), '日本語'::character varying(2), cast(12345 as varchar(3)), 'a'::char(3) || '.'",
    "select substring('abc', -1, 2), substring('abc', 0, 2), substring('abc' from -1 for 4), substr('abc', -5)",
    "select substring('abc', 2, -1)",
    "select substring('abc' for 2), substring('abc' from 2)",
    "select extract(second from timestamp '2024-01-01 00:01:01.25'), date_part('second', interval '1 minute 2.5 s')",
    "select '1.5'::int",
    "select ' 12 '::int, 1.5::int, '-7'::bigint",
    "select cast('1e3' as smallint)",
    'select x from (values (2), (null), (1)) t(x) order by x desc',
    String.raw`select 'a%b' like 'a\%b', 'axb' like 'a\%b'`,
    String.raw`select E'\u00e9', E'\x41\101\U0001F600', E'\xc3\xa9', E'a\nb\\c\'d''e\q', U&'\00e9\+01F600\\', E'a' || e'\t' || 'b'`,
    String.raw`select E'caf\u00e9' like E'caf\u00e9%', E'\\x4142'::bytea = 'AB'::bytea, length(E'\n')`,
    String.raw`select E'\u00g0'`,
    String.raw`select E'\U0001F60'`,
    String.raw`select E'\u0000'`,
    String.raw`select E'\uD83D'`,
    String.raw`select E'\xff'`,
    String.raw`select E'\000'`,
    String.raw`select U&'\00e'`,
    'select 1e400::float8',
    'select 0.12345678901234567890123456789012345678::numeric(38, 38)',
    'select 0000000000000000000000000000000000000000000001.50::numeric(5, 2), 1.5000000000000000000000000000000000000000000::numeric(5, 2)',
    "select '1234567890123456789012345678.12345678904'::numeric(38, 10)",
    "select 1.123456789::numeric, '-0.50'::numeric, cast('7' as numeric), cast(1.1234567890123456789 as decimal), -5::numeric",
    "select now() = now(), current_date = now()::date, localtimestamp = now()::timestamp, extract(hour from now()) = date_part('hour', now())",
  ])
    assert.equal(await answer(ours, text), await answer(theirs, text), text)
})

void test('SIMILAR TO takes patterns as PostgreSQL does', async () => {
  const patterns = [
    'a%',
    '_b_',
    'a.c',
    'abc',
    'ab',
    '(a|b)%',
    'a|abc',
    'a_*',
    'a_+',
    'a_{2}',
    'a_{3,}',
    'abc?d?',
    '[a-c]+',
    '[^b]bc',
  ]
  const special = [
    'a\\%c',
    'a\\_c',
    'a\\.c',
    'a^c',
    '^a',
    'c$',
    'a[.]c',
    'a[%]c',
    'a[_^]c',
    'a\\\\c',
    '\\w+',
    'a[[:alpha:]%]c',
    'a[]]c',
    'a[^]]c',
    'a(b)\\(c\\)',
    '',
    '%',
    'a""c',
    'a[\\]c',
    "it''s",
  ]
  const texts = [
    'abc',
    'aXc',
    'a.c',
    'a%c',
    'a_c',
    'a^c',
    '^a',
    'c$',
    'a\\c',
    'a\nc',
    'abbc',
    'ab(c)',
    'a]c',
    '',
    'a',
    'a""c',
    "it''s",
  ]
  const values = texts.map((text, at) => `(${at}, '${text}')`).join(', ')
  for (const pattern of [...patterns, ...special]) {
    const text = `select t similar to '${pattern}', t not similar to '${pattern}' from (values ${values}) v(n, t) order by n`
    assert.equal(await answer(ours, text), await answer(theirs, text), pattern)
  }
  for (const text of [
    "select 'a%c' similar to 'a!%c' escape '!', 'abc' similar to 'a!%c' escape '!', 'a\\c' similar to 'a\\c' escape ''",
    "select 'abc' similar to ('a%'), 'abc' similar to 'a%'::text and true, 'abc' similar to null, null similar to 'a'",
    "select 'a' similar to 'a' escape 'ab'",
    "select 'a' similar to '('",
    "select 'a]' similar to 'a[!]b]' escape '!', 'a\\' similar to 'a[\\]' escape '!', 'a!' similar to '[a!!]+' escape '!'",
    "select 'a' similar to '*a'",
    String.raw`select 'a''b' similar to E'a\'_', case when 'abc' similar to '%c' then 1 else 2 end`,
  ])
    assert.equal(await answer(ours, text), await answer(theirs, text), text)
  for (const pattern of ['a%', '_b_', 'a.c', "it's", 'x']) {
    const query = {
      text: "select v similar to $1 as yes from (values ('abc'), ($$it's$$), ('a.c')) t(v)",
      values: [pattern],
    }
    assert.deepEqual((await ours.query(query)).rows, (await theirs.query(query)).rows, pattern)
  }
  for (const pattern of ['p', "'a' || '%'", 'upper(p)', "'a' escape p", "$1 escape '!'"])
    await assert.rejects(
      ours.query(
        `select v similar to ${pattern} from (values ('abc', 'a%')) t(v, p)`,
        pattern.includes('$') ? ['a'] : [],
      ),
      { code: '0A000', message: /SIMILAR TO/, hint: /regexp_matches/ },
      pattern,
    )
})

void test('times are read as PostgreSQL reads them', async () => {
  for (const written of [
    '2024-01-01 10:00+02',
    '2024-01-01T10:00Z',
    '2024-01-01 10:00 Europe/Berlin',
    '2024-01-01 10:00:00 +02',
    '2024-01-01 10:00-0230',
    '2024-01-01 10:00 Z',
    '2024-01-01 10:00:30.5+02:30',
    ' 2024-1-2 3:04 ',
    '20240101',
    '2024-01-01',
    '20240101 10:00+01',
    '20240101T101530Z',
    '2024-12-31 23:59:59.9999999',
    '2024-12-31 23:59:59.9999999+02',
    '2024-02-28 10:00:00.1234565',
    '2024-02-28 10:00:00.0000005',
    '2024-01-01 10:00:00.1234567 CET',
    '2024-01-01 10:00+99',
    '2024-01-01 24:00',
    '2024-01-01 10:00-15:59',
    'constructor',
    'x',
    '',
    'epoch',
  ]) {
    for (const type of ['timestamptz', 'timestamp', 'date'])
      for (const text of [
        `select '${written}'::${type}`,
        `select cast('${written}' as ${type})`,
        `select ${type} '${written}'`,
      ])
        assert.equal(await answer(ours, text), await answer(theirs, text), text)
    for (const type of ['timestamptz', 'timestamp', 'date']) {
      const query = { text: `select ($1::${type})::text as v`, values: [written] }
      const [first, second] = await Promise.all(
        [theirs, ours].map((client) =>
          client.query(query).then(
            ({ rows }) => rows,
            ({ code }: pg.DatabaseError) => code,
          ),
        ),
      )
      assert.deepEqual(second, first, `${written} as a parameter of ${type}`)
    }
  }
  for (const written of ['2024-02-30', '20241301', '2024-01-01 25:00+02', '2023-02-29 10:00', '2024-01-01 10:60+02'])
    for (const client of [theirs, ours])
      await assert.rejects(client.query(`select '${written}'::timestamptz`), { code: /^2200[78]$/ }, written)
  for (const text of [
    "select 'today'::date = current_date, date 'tomorrow' = current_date + 1, cast('Yesterday' as date) = current_date - 1, 'now'::date = current_date",
    "select 'now'::timestamptz = now(), timestamp 'now' = localtimestamp, 'today'::timestamptz = current_date::timestamptz, timestamp with time zone 'tomorrow' > now()",
    "select timestamp with time zone '2024-01-01 10:00+02', timestamp without time zone '2024-01-01 10:00+02', timestamp(0) '2024-01-01 10:00', '2024-01-01 10:00+02'::timestamp with time zone, 'today'",
    "select 'now'::text, '2024-01-01 10:00+02'::text, '20240101', date_part('day', date '20240105')::int",
  ])
    assert.equal(await answer(ours, text), await answer(theirs, text), text)
})

/** Names and types of the columns besides the rows. */
async function shape(client: pg.Client, text: string, values: unknown[] = []): Promise<string> {
  try {
    const { fields, rows } = await client.query({ text, values, rowMode: 'array' })
    return JSON.stringify([fields.map(({ name, dataTypeID }) => [name, dataTypeID]), rows])
  } catch (error) {
    return `error ${(error as pg.DatabaseError).code}`
  }
}

void test('generate_series gives rows in the list of SELECT', async () => {
  for (const [text, values] of [
    ['select generate_series(1, 3)'],
    ['select generate_series(1, 3) as n, generate_series(1, 2) m, 7'],
    ['select generate_series(5, 1, -2), generate_series(3000000000, 3000000001)'],
    ['select generate_series(1, 0)'],
    ["select left('xyz', generate_series(1, 2)), concat('a', generate_series(1, 2), 'b') as c"],
    ['select generate_series(null, 3)'],
    ['select generate_series(1, 3, 0)'],
    ['select pg_catalog.generate_series(1, 2) n order by n desc'],
    ['select distinct generate_series(1, 3) % 1 as n'],
    ['select generate_series(1, 4) * 2 + 1, abs(generate_series(-2, 1)), generate_series(1, 4)::text'],
    ['select generate_series from (select generate_series(1, 2)) s'],
    ['with s as (select generate_series(1, 3)) select * from s order by 1 desc limit 2'],
    ['select n, generate_series(1, n) from (values (1), (2), (null)) t(n) order by 1, 2'],
    ['select generate_series(1, max(n)) from (values (1), (2)) t(n)'],
    ['select generate_series(2::bigint, 3), generate_series(1, 2::bigint), generate_series(1, 2, 1::bigint)'],
    ['select (select count(*) from (select generate_series(1, 10)) s), array(select generate_series(1, 2)) as a'],
    ['select 1 union all select generate_series(2, 3) order by 1'],
    ["select generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '12 hours')"],
    ["select generate_series('2024-01-01'::timestamptz, '2024-01-02', '1 day') as day"],
    [
      "select generate_series(date '2024-01-01', date '2024-01-03', '1 day')::date, generate_series(date '2024-03-01', date '2024-01-01', interval '-1 month')::date as back",
    ],
    ["select date '2024-01-30' + generate_series(0, 3) as day"],
    ["select generate_series(timestamp '2024-01-01', timestamp '2024-01-02', interval '0 days')"],
    [
      "select lpad(generate_series(1, 2)::text, 3, '0'), chr(generate_series(65, 66)), extract(day from generate_series(timestamp '2024-01-01', '2024-01-02', '1 day'))::int",
    ],
    ['select n::int from generate_series(1, 2) g(n) where exists (select generate_series(1, n))'],
    ['select generate_series(1, $1), $1 + 1', [2]],
    ['select generate_series($1::int, $2::int, $3::int) as n', [1, 5, 2]],
  ] as const)
    assert.equal(await shape(ours, text, [...(values ?? [])]), await shape(theirs, text, [...(values ?? [])]), text)
  // DuckDB's lists are used as such.
  const { rows } = await ours.query(
    'select list_sum(generate_series(1, 3))::int as a, len(generate_series(1, 3))::int as b, generate_series(1, 3)[2]::int as c, unnest(generate_series(4, 4))::int as d',
  )
  assert.deepEqual(rows, [{ a: 6, b: 3, c: 2, d: 4 }])
})

void test('NULL without a type is a text, unless others in its column have one', async () => {
  for (const text of [
    'select null',
    'select 1 as n, null as a, null b, null "c", null is null as d from (values (1)) t(x)',
    'select 1 union all select null',
    'select null as n union all select 2 order by n',
    'select coalesce(n, null), greatest(1, null), array[1, null] from (values (7)) t(n)',
    'select distinct null, coalesce(null, 5) as n, nullif(1, null) as m',
    'select case when false then 1 else null end as n, (select null) as t, null::int as i',
    'with w as (select null as n) select n from w',
    'select t.n from (select null as n) t where n is null',
  ])
    assert.equal(await shape(ours, text), await shape(theirs, text), text)
})

// docs/spec/sql.md, "What differs from PostgreSQL": what each of the two says, so that a change of either is seen.
void test('where it cannot, the differences are those that are documented', async () => {
  for (const [text, expected, here] of [
    ['select 7 / 2', '3', '3.5'],
    ['select 1 / 0', 'error 22012', 'Infinity'],
    ['select 5 % 0', 'error 22012', ''],
    ['select 1e308::float8 * 10', 'error 22003', 'Infinity'],
    ["select count(*) from (values (2::bigint)) t(id) where id = '1.5'", 'error 22P02', '1'],
    ['select round(2.5::float8)', '2', '3'],
    ['select avg(x) from (values (1), (2)) t(x)', '1.5000000000000000', '1.5'],
    ["select 'a'::char(3)", 'a  ', 'a'],
    ['select 1.0 / 3', '0.33333333333333333333', '0.3333333333333333'],
    [
      "select generate_series(date '2024-01-01', '2024-01-01', '1 day')::text",
      '2024-01-01 00:00:00+00',
      '2024-01-01 00:00:00',
    ],
    ['select pg_typeof(n)::text from generate_series(1, 1) n', 'integer', 'bigint'],
    ['select generate_series(1.5, 2)', '1.5', 'error 42883'],
    ["select '2024-02-30'::date", 'error 22008', 'error 22007'],
    ["select timestamptz '2024-01-01' < '2024-01-01 10:00+02'", 'true', 'error 22007'],
    ["select to_char(1, '9')", ' 1', 'error 42883'],
    [`select '{"b":1,"a":2}'::jsonb`, '{"a": 2, "b": 1}', 'error 42704'],
    ['select array[1, 2] || 3', '{1,2,3}', 'error 42883'],
    ['select 1e400 > 1', 'true', 'error 22003'],
    ['select 12345678901234567890123456789012345678.5 > 1', 'true', 'error 22003'],
    [
      'select 1234567890123456789012345678.12345678904::numeric(38, 10)',
      '1234567890123456789012345678.1234567890',
      'error 22003',
    ],
    ['select "Name" from (select 1 as "name") t', 'error 42703', '1'],
    ["select string_agg(x, '' order by x) from (values ('b'), ('B'), ('a')) t(x)", 'Bab', 'Bab'],
    ["select 'x' ~ p from (values ('x'), ('^x')) t(p)", 'true true', 'true true'],
    ["select 'axb' ~ p from (values ('x')) t(p)", 'true', 'false'],
    ['prepare p as select 1', '', 'error 0A000'],
  ] as const) {
    assert.equal(shown(await answer(theirs, text)), expected, `PostgreSQL: ${text}`)
    assert.equal(shown(await answer(ours, text)), here, text)
  }
  assert.match(await answer(ours, "select string_agg(x, '' order by x) from (values ('é'), ('z')) t(x)"), /^zé$/)
})

const shown = (text: string): string => text.replaceAll(/\bt\b/g, 'true').replaceAll(/\bf\b/g, 'false')
