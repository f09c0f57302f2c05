import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { copyFrom } from '../../../test/support/copy-stream.ts'
import { startPostgres, type RunningPostgres } from '../../../test/support/postgres.ts'
import { answer, undoneAnswers } from '../../../test/support/sql-answer.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let postgres: RunningPostgres
let engine: WriteEngine
let theirs: pg.Client
let ours: pg.Client

before(async () => {
  postgres = await startPostgres()
  theirs = new pg.Client({ connectionString: postgres.url })
  await theirs.connect()
  engine = await startWriteEngine()
  ours = await engine.client()
  await theirs.query('create table k (id bigint primary key, n int, tags text[])')
  await theirs.query('create table two (a int, b text, n int, primary key (a, b))')
  await engine.table('k', {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'n', type: 'int' },
      { name: 'tags', type: 'list<string>' },
    ],
    key: ['id'],
  })
  await engine.table('two', {
    columns: [
      { name: 'a', type: 'int', required: true },
      { name: 'b', type: 'string', required: true },
      { name: 'n', type: 'int' },
    ],
    key: ['a', 'b'],
    properties: { 'format-version': '3' },
  })
  for (const client of [theirs, ours]) {
    await client.query(`insert into k values (1, 10, '{a}'), (2, 20, null), (3, null, '{}')`)
    await client.query(`insert into two values (1, 'x', 1), (1, 'y', 2), (2, 'x', 3)`)
  }
})
after(async () => {
  await theirs.end()
  await engine[Symbol.asyncDispose]()
  await postgres.stop()
})

const state = `select id, null as b, n, tags from k union all select a, b, n, null from two`

const undone: readonly (readonly [text: string, values?: readonly unknown[]])[] = [
  [`insert into k (id) values (4)`],
  [`insert into k (id) values (3)`],
  [`insert into k (id) values (4), (4)`],
  [`insert into k (id) select n / 10 from k where n is not null`],
  [`insert into k (id) values (null)`],
  [`insert into k (n) values (1)`],
  [`insert into two values (2, 'y', 1)`],
  [`insert into two values (2, 'x', 1)`],
  [`insert into two values (2, null, 1)`],
  [`insert into k (id) values (4); insert into k (id) values (4)`],
  [`delete from k where id = 1; insert into k (id) values (1)`],
  [`insert into k (id) values (4); delete from k where id = 4; insert into k (id, n) values (4, 5)`],
  [`update k set id = id + 10`],
  [`update k set id = id + 1 where id = 3`],
  [`update k set id = 2 where id = 1`],
  [`update k set id = 7`],
  [`update k set n = 1 where id = 1`],
  [`update two set b = 'z' where b = 'y'`],
  [`update two set b = 'y' where a = 1`],
  [`truncate k; insert into k (id) values (1)`],
  [
    `merge into k using (values (3), (4)) s(i) on k.id = s.i when matched then update set n = 0 when not matched then insert (id) values (i)`,
  ],
  [`merge into k using (values (3), (4)) s(i) on false when not matched then insert (id) values (i)`],
  [`merge into k using (values (4), (4)) s(i) on k.id = s.i when not matched then insert (id) values (i)`],
  [`insert into k (id, n) values (3, 1), (4, 2) on conflict (id) do nothing`],
  [`insert into k (id, n) values (3, 1), (4, 2) on conflict do nothing returning id, n`],
  [`insert into k (id, n) values (4, 1), (4, 1) on conflict (id) do nothing`],
  [`insert into k (id, n) values (1, 1), (4, 2) on conflict (id) do update set n = excluded.n returning *`],
  [`insert into k (id, n) values (1, 1), (2, 2) on conflict (id) do update set n = k.n + excluded.n`],
  [`insert into k as t (id, n) values (1, 1), (2, 2) on conflict (id) do update set n = t.n + 1 where t.n > 15`],
  [
    `insert into k (id, n, tags) values ($1, $2, $3) on conflict (id) do update set n = excluded.n, tags = excluded.tags`,
    [3, 33, ['p', 'q']],
  ],
  [`insert into k (id, n) values (1, 5) on conflict (id) do update set n = $1 returning n`, [77]],
  [`insert into k (id, n) values (4, 1), (4, 2) on conflict (id) do update set n = excluded.n`],
  [`insert into k (id, n) values (1, 1), (1, 2) on conflict (id) do update set n = excluded.n`],
  [`insert into k (id, n) values (1, 1) on conflict (id) do update set id = 2`],
  [`insert into k (id, n) values (1, 1) on conflict (id) do update set id = excluded.id + 100`],
  [`insert into k (id, n) select id + 2, 5 from k on conflict (id) do update set (n, tags) = (excluded.n, default)`],
  [`with new as (select 3 as i union all select 4) insert into k (id) select i from new on conflict (id) do nothing`],
  [`insert into k (id, n) values (1, 1) on conflict on constraint k_pkey do update set n = 0`],
  [`insert into k (id, n) values (1, 1) on conflict on constraint nope do nothing`],
  [`insert into k (id, n) values (1, 1) on conflict (n) do nothing`],
  [`insert into two values (1, 'x', 9), (3, 'x', 9) on conflict (b, a) do update set n = excluded.n + two.n`],
  [`insert into two values (1, 'x', 9) on conflict (a) do nothing`],
  [`insert into k (id) values (1) on conflict do update set n = 1`],
  [`insert into k (id) values (1) on conflict (id) do update set nope = 1`],
  [`insert into k (id) values (1) on conflict (id) do update set n = n + 1`],
  [`insert into k (id) values (1) on conflict (id) do update set n = 'x'`],
  [`insert into k (id) values (1) on conflict (id) do delete`],
  [`insert into k (id) values (null) on conflict (id) do nothing`],
]

for (const [text, values] of undone)
  void test(`like PostgreSQL, with a key: ${text}`, async () => {
    const [first, second] = await undoneAnswers([theirs, ours], state, (client) => answer(client, text, values))
    assert.deepEqual(second, first)
    assert.equal(await answer(ours, state), await answer(theirs, state))
  })

void test('like PostgreSQL, with a key: the error names the constraint, the key and its value', async () => {
  for (const text of [
    `insert into k (id) values (5), (3)`,
    `insert into two values (2, 'x', 1)`,
    `update two set b = 'x' where b = 'y'`,
  ]) {
    const errors: pg.DatabaseError[] = []
    for (const client of [theirs, ours])
      await client.query(text).catch((error: pg.DatabaseError) => void errors.push(error))
    const [first, second] = errors.map(({ code, message, detail }) => ({ code, message, detail }))
    assert.deepEqual(second, first)
  }
})

void test('like PostgreSQL, with a key: COPY FROM STDIN', async () => {
  for (const data of ['4\t1\t\\N\n5\t2\t{x}\n', '4\t1\t\\N\n3\t2\t{x}\n', '4\t1\t\\N\n4\t2\t{x}\n', '\\N\t1\t\\N\n']) {
    const [first, second] = await undoneAnswers([theirs, ours], state, (client) =>
      copyFrom(client, 'copy k from stdin', { chunks: [data] }).catch(({ code }: pg.DatabaseError) => `error ${code}`),
    )
    assert.deepEqual(second, first, data)
  }
})
