import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { connectRaw, type RawPostgres, rowOf, typeOf } from '../../../../test/support/raw-postgres.ts'
import { type RunningPostgres, startPostgres } from '../../../../test/support/postgres.ts'
import { startTestEngine, type TestEngine } from '../../../../test/support/sql-engine.ts'

/** Expressions that both understand; ours must be the same bytes as PostgreSQL's own, in text and in binary. */
const expressions = [
  'true',
  'false',
  'null::bool',
  'null::text',
  '0::int2',
  '(-32768)::int2',
  '32767::int2',
  '0::int4',
  '(-2147483648)::int4',
  '2147483647::int4',
  '0::int8',
  '9223372036854775807::int8',
  "'-9223372036854775808'::int8",
  '9007199254740993::int8',
  '(-9007199254740993)::int8',
  '1234567890123::int8',
  '0::float8',
  '1.5::float8',
  '1e15::float8',
  '1e14::float8',
  '123456789012345680::float8',
  '1e-4::float8',
  '1e-5::float8',
  '1.0e300::float8',
  "'NaN'::float8",
  "'Infinity'::float8",
  "'-Infinity'::float8",
  '0.1::float8',
  '(-0.30000000000000004)::float8',
  '5e-324::float8',
  '1.7976931348623157e308::float8',
  '0::float4',
  '1.5::float4',
  '0.1::float4',
  '1e10::float4',
  '123456.7::float4',
  '1e6::float4',
  '1e5::float4',
  '1e-5::float4',
  '3.4028235e38::float4',
  "'NaN'::float4",
  '16777216::float4',
  '0::numeric(10,2)',
  '1.50::numeric(10,2)',
  '(-0.05)::numeric(10,2)',
  '12345678.90::numeric(10,2)',
  '10000::numeric(10,0)',
  '99999999999999999999.123456789::numeric(38,9)',
  '0.0001::numeric(18,8)',
  '(-100000000)::numeric(18,4)',
  "''::text",
  "'abc'::text",
  "'twelve bytes'::text",
  "'thirteen byte'::text",
  "'äöü€😀'::text",
  `'a"b\\c{},d'::text`,
  "'\\x00ff41'::bytea",
  "''::bytea",
  "date '2024-02-29'",
  "date '1970-01-01'",
  "date '1969-12-31'",
  "date '2000-01-01'",
  "date '0001-01-01'",
  "date '9999-12-31'",
  "'infinity'::date",
  "'-infinity'::date",
  "time '00:00:00'",
  "time '23:59:59.999999'",
  "time '04:05:06.7'",
  "timestamp '2024-02-29 04:05:06.789'",
  "timestamp '1969-12-31 23:59:59.000001'",
  "timestamp '2000-01-01 00:00:00'",
  "timestamp '9999-12-31 23:59:59.999999'",
  "'infinity'::timestamp",
  "timestamp '0044-03-15 00:00:00'",
  "timestamptz '2024-02-29 04:05:06.789+00'",
  "timestamptz '2024-07-01 00:00:00+02'",
  "timestamptz '1890-01-01 00:00:00+00'",
  "interval '1 day'",
  "interval '1 year 2 months 3 days 04:05:06.7'",
  "interval '-1 month'",
  "interval '-04:05:06'",
  "interval '0 seconds'",
  "interval '100 hours'",
  "interval '1 month -1 day'",
  "'00000000-0000-0000-0000-000000000001'::uuid",
  "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid",
  "'7fffffff-ffff-4fff-8fff-ffffffffffff'::uuid",
  "array['a', 'b c', null, '', 'NULL', 'x\"y', '\\']::text[]",
  'array[1, null, 3]::int4[]',
  'array[]::int8[]',
  "array[date '2024-01-01']",
  'array[1.5, null]::float8[]',
  'array[true, false]',
  'array[1.25]::numeric(5,2)[]',
  '1 + 1',
  "'a' || 'b'",
  'count(*)',
  'sum(1::int8)::numeric(38,0)',
  'round(2.5::numeric(5,1))::int',
  "extract(year from date '2024-02-29')::int",
  'coalesce(null, 1)',
  "case when true then 'x' end",
]

let ours: TestEngine
let postgres: RunningPostgres
let client: pg.Client
let mine: RawPostgres
let real: RawPostgres

before(async () => {
  ours = await startTestEngine([])
  postgres = await startPostgres()
  client = await ours.client({ types: { getTypeParser: () => (value: unknown) => value } as never })
  mine = await connectRaw({ path: ours.socketPath })
  const { hostname, port } = new URL(postgres.url)
  real = await connectRaw({ host: hostname, port: Number(port) }, { user: 'postgres', database: 'postgres' })
})
after(async () => {
  mine.close()
  real.close()
  await ours.stop()
  await postgres.stop()
})

for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata'])
  for (const format of [0, 1] as const)
    void test(`each value in ${format ? 'binary' : 'text'} is what PostgreSQL sends, in ${zone}`, async () => {
      const differences: unknown[] = []
      for (const one of [mine, real]) await answerOf(one, `set time zone '${zone}'`, 0)
      for (const expression of expressions) {
        const [answer, expected] = await Promise.all(
          [mine, real].map((one) => answerOf(one, `select ${expression} as v`, format)),
        )
        if (answer !== expected) differences.push({ expression, answer, expected })
      }
      assert.deepEqual(differences, [])
    })

/** OID and bytes of the one value of a statement. */
async function answerOf(connection: RawPostgres, sql: string, resultFormat: 0 | 1): Promise<string> {
  connection.parse('', sql)
  connection.bind('', '', { resultFormat })
  connection.describe('P', '')
  connection.execute('')
  const messages = await connection.sync()
  const description = messages.find((message) => typeOf(message) === 'T')
  const row = messages.find((message) => typeOf(message) === 'D')
  const error = messages.find((message) => typeOf(message) === 'E')
  if (error) return error.body.toString()
  if (!description || !row) return 'no row'
  const oid = description.body.readInt32BE(2 + 'v\0'.length + 6)
  const [value] = rowOf(row)
  return `${oid} ${value === null ? 'null' : resultFormat ? value!.toString('hex') : value!.toString()}`
}

void test('parameters in text and binary come back as they went', async () => {
  const values: readonly (readonly [string, unknown, string])[] = [
    ['int4', 5, '5'],
    ['int8', '9223372036854775807', '9223372036854775807'],
    ['numeric(20,4)', '1234567890.1234', '1234567890.1234'],
    ['bool', true, 't'],
    ['text', "it's \\ 'quoted' $1", "it's \\ 'quoted' $1"],
    ['float8', 1e300, '1e+300'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamptz', new Date('2024-02-29T01:02:03.456Z'), '2024-02-29 01:02:03.456+00'],
    ['uuid', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000001'],
    ['text[]', ['a', 'b"c', null], '{a,"b\\"c",NULL}'],
    ['bytea', Buffer.from([0, 255]), '\\x00ff'],
    ['numeric', '1.23456789', '1.23456789'],
  ]
  await client.query("set time zone 'UTC'")
  for (const [type, value, text] of values) {
    const { rows } = await client.query({ text: `select $1::${type} as v`, values: [value], rowMode: 'array' })
    assert.deepEqual(rows, [[text]], type)
  }
})

void test('nested values are JSON, numbers beyond 2^53 exact', async () => {
  const { rows } = await client.query({
    text: `select {'a': 1, 'b': [9007199254740993, null], 'c': 'x"y', 'd': 1.50::decimal(5,2), 't': timestamp '2024-01-01 00:00:00'} as s,
      map {'k': 2.5} as m, [{'x': 1}] as l, '{"j": 1}'::json as j, 170141183460469231731687303715884105727::hugeint as h, [[1], [2]] as ll`,
    rowMode: 'array',
  })
  assert.deepEqual(rows, [
    [
      '{"a": 1, "b": [9007199254740993, null], "c": "x\\"y", "d": 1.50, "t": "2024-01-01 00:00:00"}',
      '{"k": 2.5}',
      '[{"x": 1}]',
      '{"j": 1}',
      '170141183460469231731687303715884105727',
      '[[1], [2]]',
    ],
  ])
})
