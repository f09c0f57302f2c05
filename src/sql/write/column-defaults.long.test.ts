import assert from 'node:assert/strict'
import { after, before, beforeEach, suite, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'
import { tableSchema } from '../../lake/metadata/read.ts'

void suite('defaults of columns that SQL declares (Iceberg version 3)', () => {
  let engine: WriteEngine
  let client: pg.Client
  let count = 0
  let table = ''

  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
  })
  after(() => engine[Symbol.asyncDispose]())
  beforeEach(() => {
    table = `t${++count}`
  })

  const rows = async (text: string): Promise<readonly unknown[]> =>
    (await client.query({ text, rowMode: 'array' })).rows
  const loaded = async () => (await engine.lake.client.loadTable({ namespace: ['public'], name: table })).metadata
  const defaultsOf = async () =>
    Object.fromEntries(
      tableSchema(await loaded()).fields.map((field) => [
        field.name,
        [field['initial-default'], field['write-default']],
      ]),
    )
  const refused = async (text: string, code: string, message: RegExp): Promise<void> => {
    await assert.rejects(client.query(text), (error: pg.DatabaseError) => {
      assert.equal(error.code, code, `${text}: ${error.code} ${error.message}`)
      assert.match(`${error.message} ${error.hint ?? ''}`, message, text)
      return true
    })
  }

  void test('CREATE TABLE … DEFAULT: constants of each type, as the specification writes them, and as INSERT writes them', async () => {
    await client.query(`create table ${table} (
      id int not null, i int default 5, n bigint default -9223372036854775808 not null, d numeric(12, 2) default 14.2,
      f double precision default '1e300', r real default 0.1, yes bool default true, no boolean default 'off',
      s text default 'it''s' , e varchar(20) default '', day date default date '2024-02-29', t time default '13:45:10.25',
      ts timestamp default '2024-01-02 03:04:05'::timestamp, tz timestamp with time zone default '2024-01-02 03:04:05.000001+02',
      u uuid default 'F79C3E09-677C-4BBD-A479-3F349CB785E7', b bytea default '\\x00FF', c text default cast(12 as text), none int default null
    )`)
    assert.equal((await loaded())['format-version'], 3)
    const expected = {
      ...{ id: undefined, i: 5, n: -9223372036854775808n, d: '14.20', f: 1e300, r: 0.1, yes: true, no: false },
      ...{ s: "it's", e: '', day: '2024-02-29', t: '13:45:10.25', ts: '2024-01-02T03:04:05' },
      ...{ tz: '2024-01-02T01:04:05.000001+00:00', u: 'f79c3e09-677c-4bbd-a479-3f349cb785e7', b: '00ff', c: '12' },
      none: undefined,
    }
    assert.deepEqual(
      await defaultsOf(),
      Object.fromEntries(Object.entries(expected).map(([name, value]) => [name, [undefined, value]])),
    )
    await client.query(`insert into ${table} (id) values (1)`)
    await client.query(`insert into ${table} (id, i, s, none) values (2, default, null, default)`)
    assert.deepEqual(
      await rows(
        `select i, n, d, f, r, yes, no, s, e, day::text, t, ts::text, u, b, c, none from ${table} where id = 1`,
      ),
      [
        [
          ...[5, '-9223372036854775808', '14.20', 1e300, 0.1, true, false, "it's", '', '2024-02-29', '13:45:10.25'],
          ...['2024-01-02 03:04:05', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', Buffer.from('00ff', 'hex'), '12', null],
        ],
      ],
    )
    assert.deepEqual(await rows(`select epoch_us(tz) from ${table} where id = 1`), [['1704157445000001']])
    assert.deepEqual(await rows(`select i, s, none, yes from ${table} where id = 2`), [[5, null, null, true]])
  })

  void test('a table without a default is made as ever', async () => {
    await client.query(`create table ${table} (id int, n int default null)`)
    assert.equal((await loaded())['format-version'], 2)
  })

  void test('what is no constant is refused by its name, and what does not fit its column as INSERT refuses it', async () => {
    const made = (column: string) => `create table ${table} (id int, ${column})`
    for (const value of [
      'now()',
      'current_timestamp',
      '1 + 1',
      `'a' || 'b'`,
      'id',
      '(select 1)',
      '-(1)',
      "lower('A')",
      '$1',
    ])
      await refused(made(`c text default ${value}`), '0A000', /DEFAULT .* is not supported: a default is a constant/)
    await refused(made('c int default 2147483648'), '22003', /value 2147483648 of column "c" is out of range/)
    await refused(made(`c int default 'x'`), '22P02', /column "c"/)
    await refused(made('c numeric(4, 2) default 1000'), '22003', /column "c"/)
    await refused(
      made(`c int default 'x'::text`),
      '42804',
      /column "c" is of type integer but expression is of type text/,
    )
    await refused(made(`c date default '2024-02-30'`), '22007', /column "c"/)
    await refused(made(`c date default '10000-01-01'`), '22008', /cannot be the default of column "c", date/)
    await refused(made(`c double precision default 'Infinity'`), '22008', /finite numbers/)
    await refused(made(`c text[] default '{}'`), '0A000', /only single values have a default/)
    await refused(made(`c int default 1 default 2`), '0A000', /DEFAULT is not supported/)
    await refused(`${made('c int default 1')} using delta`, '0A000', /Delta table/)
    await refused(`select * from ${table}`, '42P01', /does not exist/)
  })

  void test('ALTER TABLE … ADD COLUMN … DEFAULT: rows that are there have it, whatever is set later', async () => {
    await client.query(`create table ${table} (id int, n int default 0)`)
    await client.query(`insert into ${table} values (1)`)
    await client.query(`alter table ${table} add column b text default 'x', add c int not null default -7, add d int`)
    assert.deepEqual(await defaultsOf(), {
      ...{ id: [undefined, undefined], n: [undefined, 0], b: ['x', 'x'], c: [-7, -7], d: [undefined, undefined] },
    })
    await client.query(`insert into ${table} (id) values (2)`)
    await client.query(
      `alter table ${table} alter column b set default 'y', alter c drop default, alter n set default null`,
    )
    assert.deepEqual(await defaultsOf(), {
      ...{
        id: [undefined, undefined],
        n: [undefined, undefined],
        b: ['x', 'y'],
        c: [-7, undefined],
        d: [undefined, undefined],
      },
    })
    await refused(`insert into ${table} (id) values (3)`, '23502', /null value in column "c"/)
    await client.query(`insert into ${table} (id, c) values (3, 3)`)
    await client.query(`update ${table} set d = 1 where b = 'x' and id = 1`)
    assert.deepEqual(await rows(`select id, n, b, c, d from ${table} order by id`), [
      [1, 0, 'x', -7, 1],
      [2, 0, 'x', -7, null],
      [3, null, 'y', 3, null],
    ])
    await refused(`alter table ${table} add e int not null`, '0A000', /give it a DEFAULT/)
    await refused(`alter table ${table} add e int not null default null`, '0A000', /give it a DEFAULT/)
    await refused(`alter table ${table} alter id set default 'x'`, '22P02', /column "id"/)
    await refused(`alter table ${table} alter id set default random()`, '0A000', /a default is a constant/)
    await refused(`alter table ${table} alter nothing set default 1`, '42703', /"nothing"/)
  })

  void test('a table of version 2 is upgraded when it is asked for, and not by itself', async () => {
    await client.query(`create table ${table} (id int)`)
    await client.query(`insert into ${table} values (1)`)
    const remedy = /format version 2.*ALTER TABLE … SET \(format_version = 3\)/
    await refused(`alter table ${table} add b text default 'x'`, '0A000', remedy)
    await refused(`alter table ${table} alter id set default 1`, '0A000', remedy)
    await client.query(`alter table ${table} add d text default null, alter id drop default`)
    assert.equal((await loaded())['format-version'], 2)
    await refused(`alter table ${table} set (fillfactor = 70)`, '0A000', /format_version = 3/)
    await refused(`alter table ${table} set (format_version = 4)`, '0A000', /format_version = 3/)
    await client.query(`alter table ${table} set (format_version = 3), add b text default 'x'`)
    await client.query(`alter table ${table} set (format_version = 3)`)
    assert.equal((await loaded())['format-version'], 3)
    await client.query(`delete from ${table} where b = 'y'`)
    assert.deepEqual(await rows(`select id, d, b from ${table}`), [[1, null, 'x']])
  })

  void test('the catalog shows defaults as PostgreSQL does', async () => {
    await client.query(`create table ${table} (
      id int, i int default 5, m int default -5, n bigint default 9007199254740993, s text default 'a''b', d numeric(9,2) default 1,
      yes bool default true, at timestamptz default '2024-01-02 03:04:05Z', b bytea default '\\x00', day date default '2024-01-02'
    )`)
    const expected = [
      ...[null, '5', `'-5'::integer`, `'9007199254740993'::bigint`, `'a''b'::text`, '1.00', 'true'],
      ...[`'2024-01-02 03:04:05+00'::timestamp with time zone`, `'\\x00'::bytea`, `'2024-01-02'::date`],
    ]
    const shown = await rows(
      `select column_default from information_schema.columns where table_name = '${table}' order by ordinal_position`,
    )
    assert.deepEqual(shown.flat(), expected)
    // As psql's \d asks.
    const described = await rows(
      `SELECT (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d
               WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef)
       FROM pg_catalog.pg_attribute a WHERE a.attrelid = '${table}'::regclass AND a.attnum > 0 ORDER BY a.attnum`,
    )
    assert.deepEqual(described.flat(), expected)
  })
})
