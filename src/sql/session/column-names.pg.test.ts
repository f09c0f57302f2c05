import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { startPostgres } from '../../../test/support/postgres.ts'
import { startWriteEngine } from '../../../test/support/write-engine.ts'

const queries = [
  'select now()',
  'select pg_catalog.now(), current_date, current_timestamp, localtimestamp, current_user, session_user',
  'select min(at), max(t.at), count(*), count(distinct n) from t',
  'select n + 1, -n, n is null, not (n > 1), n from t',
  `select date_trunc('day', at), extract(year from at), date_part('year', at), at at time zone 'utc' from t`,
  'select coalesce(n, 1), nullif(n, 1), greatest(n, 2), case when true then 1 end from t',
  'select n::text, cast(n as text), 1::text, now()::date from t',
  'select (select 1), (select n from t limit 1), (select max(n) as top from t), exists (select 1)',
  `select array[1, 2], row(1, 2), upper('a'), 'x', 1`,
  'select sum(n) over (), row_number() over (order by n) from t',
  `select 'a' similar to 'b', 'a' not similar to 'b', upper('a') || 'c' similar to 'x', 'a' ~ 'b' from t`,
  'select percentile_cont(0.5) within group (order by n), percentile_disc(0.5) within group (order by n), mode() within group (order by n) from t',
  'select n as now, now() as n from t union all select 1, now()',
  'select *, n as again from t',
]

void test('columns have the names that PostgreSQL gives them', async () => {
  const postgres = await startPostgres()
  const theirs = new pg.Client({ connectionString: postgres.url })
  await theirs.connect()
  await using engine = await startWriteEngine()
  const ours = await engine.client()
  try {
    for (const client of [theirs, ours]) await client.query('create table t (at timestamptz, n int)')
    for (const text of queries) {
      const [expected, found] = [await theirs.query(text), await ours.query(text)].map(({ fields }) =>
        fields.map(({ name }) => name),
      )
      assert.deepEqual(found, expected, text)
    }
    const [expected, found] = await Promise.all(
      [theirs, ours].map(async (client) => {
        await client.query('create table made as select null as a, 1 as b, null c, generate_series(1, 2)')
        const text = `select column_name, data_type from information_schema.columns where table_name = 'made' order by ordinal_position`
        return (await client.query(text)).rows as unknown[]
      }),
    )
    assert.deepEqual(found, expected)
  } finally {
    await theirs.end()
    await postgres.stop()
  }
})
