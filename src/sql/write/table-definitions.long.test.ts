import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client

before(async () => {
  engine = await startWriteEngine()
  client = await engine.client()
})
after(() => engine[Symbol.asyncDispose]())

const rows = async (text: string): Promise<readonly unknown[]> => (await client.query({ text, rowMode: 'array' })).rows
const loaded = async (name: string) => (await engine.lake.client.loadTable({ namespace: ['public'], name })).metadata

void test('CREATE TABLE has PostgreSQL’s types in Iceberg’s, and partitions by its transforms', async () => {
  const created = await client.query(`create table if not exists made (
    id bigint not null, n int, price numeric(12, 2), at timestamp with time zone, day date, name character varying(20) null,
    tags text[], raw bytea, part struct<a: int, b: string>, yes boolean, "Upper" real
  ) partition by (day(at), bucket(4, id), name)`)
  assert.equal(created.command, 'CREATE')
  const { schemas, 'partition-specs': specs } = await loaded('made')
  assert.deepEqual(
    schemas[0]!.fields.map(({ name, type, required }) => [name, typeof type === 'string' ? type : type.type, required]),
    [
      ['id', 'long', true],
      ['n', 'int', false],
      ['price', 'decimal(12, 2)', false],
      ['at', 'timestamptz', false],
      ['day', 'date', false],
      ['name', 'string', false],
      ['tags', 'list', false],
      ['raw', 'binary', false],
      ['part', 'struct', false],
      ['yes', 'boolean', false],
      ['Upper', 'float', false],
    ],
  )
  assert.deepEqual(
    specs[0]!.fields.map(({ name, transform }) => [name, transform]),
    [
      ['at_day', 'day'],
      ['id_bucket', 'bucket[4]'],
      ['name', 'identity'],
    ],
  )
  await client.query(
    `insert into made (id, at, name, part) values (1, '2024-01-02 03:04:05+00', 'x', '{"a": 7, "b": "y"}')`,
  )
  assert.deepEqual(await rows(`select id, part from made`), [['1', { a: 7, b: 'y' }]])
  await assert.rejects(client.query('create table made (id int)'), { code: '42P07' })
  assert.equal((await client.query('create table if not exists made (id int)')).command, 'CREATE')
})

void test('CREATE TABLE AS is one commit with its rows, or no table', async () => {
  const made = await client.query(
    `create table copied as select i::bigint as id, 'n' || i as name, [i] as list, i / 3 as part from range(10) r(i)`,
  )
  assert.deepEqual([made.command, made.rowCount], ['SELECT', 10])
  assert.equal(await engine.snapshots('copied'), 1)
  assert.deepEqual(await rows('select count(*), max(name) from copied'), [['10', 'n9']])
  await client.query('create table empty (a, b) as select id, name from copied with no data')
  assert.deepEqual(await rows('select a, b from empty'), [])
  await client.query({ text: 'create table few as select id from copied where id < $1', values: [3] })
  assert.deepEqual(await rows('select count(*) from few'), [['3']])
  await assert.rejects(client.query('create table broken as select error(name) from copied'))
  await assert.rejects(client.query('create table broken as select 1 as a, 2 as a'), { code: '42701' })
  await assert.rejects(client.query(`create table broken as select * from read_text('/etc/passwd')`), { code: '42501' })
  await assert.rejects(client.query('select * from broken'), { code: '42P01' })
  await assert.rejects(client.query('create table nowhere.t as select 1 as a'), { code: '3F000' })
  assert.deepEqual(await readdir(engine.scratchDirectory), [])
})

void test('CREATE TABLE AS leaves out what only deliveries write where it comes from `*`, and says so; by name it is refused', async () => {
  await engine.table('delivered', {
    columns: [
      { name: 'id', type: 'long' },
      { name: '_source', type: 'string' },
      { name: 'item', type: 'string' },
      { name: '_offset', type: 'long' },
    ],
  })
  await client.query(`insert into delivered values (1, 'a'), (2, 'b')`)
  const notices: (string | undefined)[] = []
  client.on('notice', ({ message }) => void notices.push(message))
  for (const [at, query] of [
    'select * from delivered',
    'select d.* from delivered d where _offset is null',
    'with d as (select * from delivered where _offset is null) select id, * exclude (id) from d',
    'table delivered',
  ].entries()) {
    assert.equal((await client.query(`create table taken_${at} as ${query}`)).rowCount, 2, query)
    assert.deepEqual(
      await rows(`select * from taken_${at} order by id`),
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
      query,
    )
  }
  assert.equal(notices[0], '_source, _offset are left out: deliveries alone write such columns')
  assert.equal(notices.length, 4)
  await client.query('create table renamed_columns (a, b) as select * from delivered')
  assert.deepEqual(await rows('select a, b from renamed_columns order by a'), [
    ['1', null],
    ['2', null],
  ])
  for (const query of ['select id, _offset from delivered', 'select *, 1 as _timestamp from delivered'])
    await assert.rejects(client.query(`create table refused as ${query}`), {
      code: '42939',
      hint: /another name, as in SELECT _/,
    })
  await client.query('create table kept_offset as select id, _offset as record_offset from delivered')
})

void test('ALTER TABLE adds, drops, renames, widens and makes optional; what Iceberg cannot is refused', async () => {
  await client.query(
    `create table altered (id int not null, a int, f real, p numeric(5, 2)); insert into altered values (1, 2, 3, 4)`,
  )
  await client.query(
    'alter table altered add column b text, add column if not exists a int, drop column if exists nope',
  )
  await client.query('alter table altered rename column a to c')
  await client.query(
    'alter table altered alter id type bigint, alter f set data type double precision, alter p type numeric(9, 2)',
  )
  await client.query('alter table altered alter column id drop not null')
  await client.query(`insert into altered (id, c, b) values (5000000000, null, 'new')`)
  assert.deepEqual(await rows('select id, c, f, p, b from altered order by id'), [
    ['1', 2, 3, '4.00', null],
    ['5000000000', null, null, null, 'new'],
  ])
  await client.query('alter table altered drop column c; alter table if exists nope add column x int')
  await client.query('alter table altered rename to renamed')
  assert.deepEqual(await rows('select count(*) from renamed'), [['2']])
  for (const [text, code] of [
    ['alter table renamed alter b set not null', '0A000'],
    ['alter table renamed alter id type int', '0A000'],
    ['alter table renamed alter b type int', '0A000'],
    ['alter table renamed add column x int not null', '0A000'],
    ['alter table renamed add column x int default 1', '0A000'],
    ['alter table renamed add column b int', '42701'],
    ['alter table renamed drop column nope', '42703'],
    ['alter table renamed rename to copied', '42P07'],
    ['alter table nope add column x int', '42P01'],
    ['alter table renamed add primary key (id)', '0A000'],
    ['create table t (id serial)', '0A000'],
    ['create table t (id numeric)', '0A000'],
    ['create table t (id int primary key)', '0A000'],
    ['create table t (id int, id text)', '42701'],
    ['create table t (id nope)', '42704'],
    ['create table t (_offset bigint)', '42939'],
    ['create table t (id int) partition by range (id)', '0A000'],
    ['create table t (id int) partition by (nope)', '42703'],
    ['create table nowhere.t (id int)', '3F000'],
    ['create table pg_catalog.t (id int)', '42501'],
    ['create temp table t (id int)', '0A000'],
    ['create view v as select 1', '0A000'],
    ['create index on renamed (id)', '0A000'],
    ['drop view v', '0A000'],
    ['drop table nope', '42P01'],
    ['create table t', '42601'],
    ['alter table renamed', '0A000'],
  ] as const)
    await assert.rejects(client.query(text), { code }, text)
})

void test('DROP TABLE, schemas, and no definition inside of a transaction', async () => {
  await client.query('create schema other; create table other.t (id int); insert into other.t values (1)')
  assert.deepEqual(await rows('select * from other.t'), [[1]])
  await assert.rejects(client.query('drop schema other'), { code: '2BP01' })
  await client.query('drop table other.t; drop table if exists other.t')
  await assert.rejects(client.query('select * from other.t'), { code: '42P01' })
  await client.query('drop schema other; drop schema if exists other')
  await client.query('create table kept (id int)')
  for (const text of [
    'create table t (id int)',
    'create table t as select 1 as id',
    'alter table kept add column more int',
    'alter table kept rename to other',
    'drop table kept',
    'create schema s',
    'drop schema if exists s',
  ]) {
    await client.query('begin; insert into kept values (1)')
    const command = new RegExp(`^${text.split(' ').slice(0, 2).join(' ')}`, 'i')
    await assert.rejects(client.query(text), { code: '25001', message: command }, text)
    assert.equal((await client.query('commit')).command, 'ROLLBACK', text)
  }
  assert.deepEqual(await rows('select * from kept'), [], 'nothing was made, changed or dropped')
  await assert.rejects(client.query('select * from t'), { code: '42P01' })
})

void test('DROP TABLE by several at once: one drops it, to the others it does not exist, and IF EXISTS is content', async () => {
  const clients = await Promise.all(Array.from({ length: 4 }, () => engine.client()))
  await client.query('create table both (id int)')
  const dropped = await Promise.allSettled(clients.map((one) => one.query('drop table both')))
  const told = dropped.map((one) =>
    one.status === 'fulfilled' ? one.value.command : (one.reason as pg.DatabaseError).code,
  )
  assert.deepEqual(
    told.toSorted((one, two) => String(one).localeCompare(String(two))),
    ['42P01', '42P01', '42P01', 'DROP'],
  )
  await client.query('create table both (id int)')
  const notices: string[] = []
  for (const one of clients) one.on('notice', ({ message }) => notices.push(String(message)))
  await Promise.all(clients.map((one) => one.query('drop table if exists both')))
  assert.deepEqual(
    notices,
    Array.from({ length: 3 }, () => 'table "both" does not exist, skipping'),
  )
})
