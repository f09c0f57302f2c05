import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { cheapView, ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'

/** What a client asks of the catalog, as it was sent, and what it is answered: `weir-data`'s psql.json, sqlalchemy.json, … */
interface Fixture {
  readonly client: string
  readonly queries: readonly {
    readonly sql: string
    readonly parameters?: readonly (string | null)[]
    readonly rows: unknown
  }[]
}

const folder = new URL('fixtures/', import.meta.url)
let server: TestEngine
let client: pg.Client

before(async () => {
  server = await startTestEngine([ordersTable], [cheapView])
  client = await server.client({ types: { getTypeParser: () => (text: string) => text } as never })
})
after(() => server.stop())

const names = readdirSync(folder)
assert.ok(names.length >= 3, 'the fixtures of at least three clients')

for (const name of names) {
  const path = new URL(name, folder)
  const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture
  void test(`answers what ${fixture.client} asks of the catalog (${fixture.queries.length} queries)`, async () => {
    const answers = []
    for (const { sql, parameters } of fixture.queries) {
      const { rows } = await client.query({ text: sql, values: [...(parameters ?? [])], rowMode: 'array' })
      answers.push({ sql, ...(parameters ? { parameters } : {}), rows })
    }
    // Written anew on request, after a live client was seen to be content.
    if (process.env['WEIR_RECORD'])
      writeFileSync(path, `${JSON.stringify({ ...fixture, queries: answers }, null, 1)}\n`)
    else assert.deepEqual(answers, fixture.queries)
  })
}

void test('a table whose rows lie in files of others is not said to be written to', async () => {
  const other = await startTestEngine([{ ...ordersTable, isReadOnly: true }])
  const asked = await other.client()
  const { rows } = await asked.query(
    'select distinct is_insertable_into, is_updatable from information_schema.tables join information_schema.columns using (table_name)',
  )
  assert.deepEqual(rows, [{ is_insertable_into: 'NO', is_updatable: 'NO' }])
  await other.stop()
})

void test('the catalog follows the relations', async () => {
  const other = await startTestEngine([{ ...ordersTable, schema: 'shop', name: 'Öffnungen', comment: "it's" }])
  const asked = await other.client()
  const { rows } = await asked.query(
    `select n.nspname, c.relname, obj_description(c.oid, 'pg_class') as d, '"shop"."Öffnungen"'::regclass::oid = c.oid as same
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where relkind = 'r'`,
  )
  assert.deepEqual(rows, [{ nspname: 'shop', relname: 'Öffnungen', d: "it's", same: true }])
  const { rows: columns } = await asked.query(
    "select column_name, data_type, is_updatable from information_schema.columns where table_name = 'Öffnungen' order by ordinal_position limit 2",
  )
  assert.deepEqual(columns, [
    { column_name: 'id', data_type: 'bigint', is_updatable: 'YES' },
    { column_name: 'item', data_type: 'text', is_updatable: 'YES' },
  ])
  const { rows: tables } = await asked.query(
    "select table_name, is_insertable_into from information_schema.tables where table_schema = 'shop'",
  )
  assert.deepEqual(tables, [{ table_name: 'Öffnungen', is_insertable_into: 'YES' }])
  assert.deepEqual((await asked.query('select count(*)::int as n from shop."Öffnungen"')).rows, [{ n: 5 }])
  assert.deepEqual(
    (await asked.query('set search_path = shop; select 1')) &&
      (await asked.query('select count(*)::int as n from "Öffnungen"')).rows,
    [{ n: 5 }],
  )
  await other.stop()
})

void test("functions of PostgreSQL answer with the session's own", async () => {
  const words = await client.query('select current_user, session_user, current_role, current_catalog, current_schema')
  const named = { current_user: 'weir', session_user: 'weir', current_role: 'weir' }
  assert.deepEqual(words.rows, [{ ...named, current_catalog: 'weir', current_schema: 'public' }])
  await client.query("set application_name = 'x y'")
  const { rows } = await client.query({
    text: "select current_database(), current_user, current_schema(), current_setting('application_name'), pg_backend_pid() > 0, version() like 'PostgreSQL 15%'",
    rowMode: 'array',
  })
  assert.deepEqual(rows, [['weir', 'weir', 'public', 'x y', 't', 't']])
  assert.deepEqual((await client.query("select g from generate_series(1, 2) g where g::text ~ '[2-9]'")).rows, [
    { g: '2' },
  ])
})

void test('a column may be called at', async () => {
  const sql =
    "select at, e.at at time zone 'UTC' as u from (select timestamptz '2024-01-01 00:00:00+00' as at) e where at > '2023-01-01' order by at"
  assert.deepEqual((await client.query(sql)).rows, [{ at: '2024-01-01 00:00:00+00', u: '2024-01-01 00:00:00' }])
})
