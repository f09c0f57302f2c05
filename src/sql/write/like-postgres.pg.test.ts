import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { answer, undoneAnswers } from '../../../test/support/sql-answer.ts'
import { copyFrom } from '../../../test/support/copy-stream.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let postgres: RunningPostgres
let engine: WriteEngine
let theirs: pg.Client
let ours: pg.Client

const made = [
  'create table t (id bigint not null, n int, price numeric(8, 2), name text, at timestamp, day date, yes boolean, tags text[])',
  'create table s (id bigint, name text)',
  `insert into t (id, n, price, name) values (1, 10, 1.5, 'one'), (2, 20, null, 'two'), (3, null, 3.25, null)`,
  `insert into s values (2, 'zwei'), (3, 'drei'), (4, 'vier')`,
]

before(async () => {
  postgres = await startPostgres()
  theirs = new pg.Client({ connectionString: postgres.url })
  await theirs.connect()
  engine = await startWriteEngine()
  ours = await engine.client()
  for (const text of made) for (const client of [theirs, ours]) await client.query(text)
})
after(async () => {
  await theirs.end()
  await engine[Symbol.asyncDispose]()
  await postgres.stop()
})

const state = `select * from t union all select id, null, null, name, null, null, null, null from s`

/** Each in a transaction that is undone, and what the tables are in it. */
const undone: readonly (readonly [text: string, values?: readonly unknown[]])[] = [
  [`insert into t (id) values (7)`],
  [`insert into t values (7, 1, 2.345, 'x', '2024-01-02 03:04:05', '2024-01-02', 'yes', '{a,b}')`],
  [`insert into t (id, yes, n) values (7, true, 1.5), (8, 'f', '3'), (9, null, default)`],
  [`insert into t (name, id) select name, id + 10 from s where id > 2 returning id, name`],
  [`insert into t (id) select generate_series(11, 13)`],
  [`insert into t (id, n, day) select generate_series(11, 12), 5, date '2024-01-01' + generate_series(0, 1)`],
  [`insert into t (id) select 5 union select 6 returning id * 2 as twice, t.name`],
  [`insert into t default values`],
  [`insert into s default values returning *`],
  [`insert into t (id, name) values ($1, $2), ($3, 'lit')`, [11, 'param', '12']],
  [
    `insert into t (id, at, day) values ($1, $2, $3) returning at, day`,
    [11, '2024-05-06 07:08:09.123456', '2024-05-06'],
  ],
  [`insert into t (id, n) values (1, 2, 3)`],
  [`insert into t (id, n) values (1)`],
  [`insert into t (id, n) values (1, 2), (3)`],
  [`insert into t (id, nope) values (1, 2)`],
  [`insert into t (id, id) values (1, 2)`],
  [`insert into t (n) values (2)`],
  [`insert into t (id) values (null)`],
  [`insert into t (id) values ('x')`],
  [`insert into t (id) values ('1.5')`],
  [`insert into t (id, n) values (1, 3000000000)`],
  [`insert into t (id, n) values (1, '3000000000')`],
  [`insert into t (id, price) values (1, 1234567.5)`],
  [`insert into t (id, n) select id, name from s`],
  [`insert into t (id, yes) values (1, 5)`],
  [`insert into t (id, n) values (1, true)`],
  [`insert into t (id, at) values (1, 5)`],
  [`insert into t (id, name) values (1, 5), (2, true), (3, current_date is null)`],
  [`insert into t (id, day) values (1, 'no day')`],
  [`insert into t (id, day) select 1, timestamp '2024-01-02 03:04:05'`],
  [
    `insert into t (id, at, day) values (7, '2024-01-01 10:00+02', '20240101'), (8, '2024-12-31 23:59:59.9999999', '2024-01-01 10:00Z')`,
  ],
  [`insert into t (id, at, day) values (7, $1, $2)`, ['2024-01-01T10:00Z', '20240229']],
  [`insert into t (id, day) values (7, 'today'), (8, 'tomorrow') returning day - current_date as days`],
  [`update t set at = '2024-01-01 10:00 Europe/Berlin', name = '20240101' where id = 1`],
  [`update t set at = $1::timestamptz at time zone 'utc' where id = 1`, ['2024-01-01 10:00 Europe/Berlin']],
  [`delete from t where day is distinct from $1 and name = 'one'`, ['20240101']],
  [`insert into nope values (1)`],
  [`insert into t (id) values (1) returning nope`],
  [`insert into t (id) select id from nope`],
  [`update t set n = n + 1 where id < 3`],
  [`update t set n = default, name = upper(name) where name is not null returning id, n, name`],
  [`update t as x set name = s.name, n = x.n * 2 from s where s.id = x.id returning x.id`],
  [`update t set (n, name) = (1, 'both') where id = 1`],
  [`update t set (n, name) = (1, 'x', 2) where id = 1`],
  [`update t set n = 1, n = 2`],
  [`update t set nope = 1`],
  [`update t set id = null where id = 1`],
  [`update t set n = name`],
  [`update t set n = $1 where id = $2`, ['5', 1]],
  [`update t set n = n + $1 where name = $2 returning n`, [5, 'one']],
  [`update t set name = 'x' where false`],
  [`with big as (select id from t where id > 1) update t set n = 0 from big where big.id = t.id`],
  [`delete from t where id = 2`],
  [`delete from t using s where s.id = t.id and s.name like 'z%' returning t.id, t.name`],
  [`delete from t where id in (select id from s) returning *`],
  [`update t set name = 'hit' where name similar to 't%|x' returning id`],
  [`delete from t where name similar to $1`, ['o.e']],
  [`insert into s (id, name) select id, case when name similar to '_n_' then 'y' else 'n' end from t`],
  [`delete from t`],
  [`delete from t where nope = 1`],
  [`delete from only t as x where x.id = 1`],
  [`with gone as (select id from s) delete from t where id in (select id from gone)`],
  [
    `merge into t using s on s.id = t.id when matched then update set name = s.name when not matched then insert (id, name) values (s.id, s.name)`,
  ],
  [
    `merge into t x using (select * from s where id <> 3) as y on x.id = y.id when matched and x.n > 100 then delete when matched then do nothing when not matched then insert values (y.id)`,
  ],
  [`merge into t using s on true when matched then delete`],
  [`merge into t using s on s.id = t.id when matched then update set nope = 1`],
  [`truncate t`],
  [`truncate table t, s`],
  [`truncate nope`],
  [`insert into t (id) values (7); update t set n = 7 where id = 7; delete from t where id = 1`],
  [
    `insert into s values (9, 'a'); savepoint a; delete from s; rollback to savepoint a; insert into s values (10, 'b')`,
  ],
  [`update t set`],
  [`delete t`],
  [`insert t values (1)`],
]

for (const [text, values] of undone)
  void test(`like PostgreSQL: ${text}`, async () => {
    const [first, second] = await undoneAnswers([theirs, ours], state, (client) => answer(client, text, values))
    assert.deepEqual(second, first)
    assert.equal(await answer(ours, state), await answer(theirs, state))
  })

void test('like PostgreSQL: COPY FROM STDIN', async () => {
  for (const [text, data] of [
    ['copy s from stdin', '7\tsieben\n8\t\\N\n'],
    ['copy s (name, id) from stdin', 'a\\tb\\\\\t9\n'],
    ['copy s from stdin csv', '7,"a ""b"", c"\n8,\n9,""\n'],
    ["copy s from stdin (format csv, header, delimiter ';', null 'nil')", 'id;name\n7;nil\n8;"nil"\n'],
    ['copy s from stdin (format csv, force_null (name))', '7,""\n'],
    ['copy s from stdin (format csv, force_not_null (name))', '7,\n'],
    ['copy s from stdin', '7\tx\ty\n'],
    ['copy s from stdin', '7\n'],
    ['copy s from stdin', 'x\ty\n'],
    ['copy s from stdin csv', '7,"open\n'],
    ['copy s from stdin (format csv, header match)', 'id,nome\n'],
    ['copy s from stdin (nope)', ''],
    ['copy s from stdin (format nope)', ''],
    ['copy s (nope) from stdin', ''],
    ['copy nope from stdin', ''],
    ['copy t (id, n) from stdin', '1\t99999999999\n'],
    ['copy t (n) from stdin', '1\n'],
    ['copy t (id, yes, tags) from stdin', '1\ttru\t{"a b",c}\n2\toff\t{}\n'],
    ['copy t (id, at) from stdin', '1\tyesterdayish\n'],
    ['copy s from stdin where id > 7', '7\ta\n8\tb\n'],
  ] as const) {
    const [first, second] = await undoneAnswers([theirs, ours], state, (client) =>
      copyFrom(client, text, { chunks: [data] }).catch(
        ({ code, where }: pg.DatabaseError) =>
          `error ${code} ${/line \d+(, column \w+)?/.exec(where ?? '')?.[0] ?? ''}`,
      ),
    )
    assert.deepEqual(second, first, `${text}: ${data}`)
  }
})
