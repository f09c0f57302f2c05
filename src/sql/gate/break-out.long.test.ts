import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { cheapView, ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'

let server: TestEngine
let client: pg.Client
let file: string
let standInNumber: number

before(async () => {
  server = await startTestEngine([ordersTable], [cheapView])
  client = await server.client()
  // From here on there are stand-ins of PostgreSQL's catalog to reach through.
  await client.query('select count(*) from pg_class')
  standInNumber = await numberOfStandIns()
  file = join(server.directory, 'secret.csv')
  writeFileSync(file, 'a\nsecret\n')
})
after(() => server.stop())

/** Engines of a process count on: theirs is the one whose schema is known. */
async function numberOfStandIns(): Promise<number> {
  for (let number = 1; number < 1000; number++) {
    const code = await client
      .query(`select weir_pg_${number}.getenv('HOME')`)
      .catch((error: pg.DatabaseError) => error.code)
    if (code === '42883') return number
  }
  throw new Error('no stand-ins are known')
}

/** Ways out of the tables, each refused with one of the codes. FILE stands for a file that is there. */
const attempts: readonly (readonly [sql: string, code: RegExp])[] = [
  [`select * from read_csv('FILE')`, /42501/],
  [`select * from read_csv_auto('FILE')`, /42501/],
  [`select * from read_text('FILE')`, /42501/],
  [`select * from read_blob('FILE')`, /42501/],
  [`select * from main.read_text('FILE')`, /42501/],
  [`select * from system.main.read_text('FILE')`, /42501|42P01|42601/],
  [`select * from glob('/etc/*')`, /42501/],
  [`select * from parquet_metadata('FILE')`, /42501/],
  [`select * from sniff_csv('FILE')`, /42501/],
  [`select * from 'FILE'`, /42P01/],
  [`select * from "FILE"`, /42P01/],
  [`from 'FILE'`, /42P01/],
  [`table "FILE"`, /42P01/],
  [`select (select a from 'FILE')`, /42P01/],
  [`with "FILE" as (select 1) select * from "FILE"`, /42P01/],
  [`with x as (with "FILE" as (select 1) select 1) select * from "FILE"`, /42P01/],
  [`with x as (with passwd as (select 1) select 1) select * from passwd`, /42P01/],
  [`with x as (with duckdb_settings as (select 1) select 1) select * from duckdb_settings`, /42P01/],
  [`with x as (with sqlite_master as (select 1) select 1) select * from sqlite_master`, /42P01/],
  [`select * from orders, lateral (select * from read_text('FILE'))`, /42501/],
  [`select * from orders where exists (from read_text('FILE'))`, /42501/],
  [`select * from query('select 1')`, /42501/],
  [`select * from query_table('orders')`, /42501/],
  [`select * from json_execute_serialized_sql(json_serialize_sql('select 1'))`, /42501/],
  [`select json_serialize_plan('select * from read_text(''FILE'')')`, /42501/],
  [`select getenv('HOME')`, /42501|42883/],
  [`select getvariable('x')`, /42501/],
  [`select * from duckdb_settings()`, /42501/],
  [`select * from duckdb_secrets()`, /42501/],
  [`select * from duckdb_databases()`, /42501/],
  [`select * from duckdb_settings`, /42P01/],
  [`select * from pragma_database_size()`, /42501/],
  [`select * from which_secret('s3://x', 's3')`, /42501/],
  [`select * from sql_auto_complete('sel')`, /42501/],
  [`select * from seq_scan('orders')`, /42501/],
  [`select * from arrow_scan(1, 2, 3)`, /42501/],
  [`select write_log('x')`, /42501/],
  [`select nextval('x')`, /42501/],
  [`select * from (describe orders)`, /0A000|42601/],
  [`select * from (show all tables)`, /0A000|42601/],
  [`explain select * from read_text('FILE')`, /42501/],
  [`explain analyze copy orders to 'FILE'`, /0A000/],
  [`explain (format json) attach 'FILE'`, /0A000/],
  [`describe 'FILE'`, /42P01/],
  [`describe select * from 'FILE'`, /42P01/],
  [`copy orders to 'FILE'`, /0A000/],
  [`copy (select 1) to 'FILE' (format parquet)`, /0A000/],
  [`copy orders from 'FILE'`, /0A000/],
  [`create table t as select * from read_text('FILE')`, /42501/],
  [`create table t as select * from 'FILE'`, /42P01/],
  [`create table pg_catalog.t (a int)`, /42501/],
  [`create table t as select 1) to 'FILE' --`, /42601/],
  [`create or replace table t as select 1`, /0A000/],
  [`copy (select * from read_text('FILE')) to stdout`, /42501/],
  [`copy (delete from orders) to stdout`, /0A000/],
  [`copy 'FILE' to stdout`, /42P01|42601/],
  [`export database 'FILE'`, /0A000/],
  [`import database 'FILE'`, /0A000/],
  [`attach 'FILE' as x`, /0A000/],
  [`detach weir_session_1`, /0A000/],
  [`use memory`, /0A000/],
  [`install httpfs`, /0A000/],
  [`load httpfs`, /0A000/],
  [`pragma database_list`, /0A000/],
  [`set memory_limit = '1GB'`, /42704/],
  [`set enable_external_access = true`, /42704/],
  [`set variable x = 1`, /42601|42704/],
  [`reset memory_limit`, /42704/],
  [`create macro f() as 1`, /0A000/],
  [`create secret s (type s3)`, /0A000/],
  [`drop view cheap`, /0A000/],
  [`with x as (insert into orders values (1) returning *) select * from x`, /42601|0A000/],
  [`call pragma_version()`, /0A000/],
  [`vacuum`, /0A000/],
  [`checkpoint`, /0A000/],
  [`prepare p as select 1`, /0A000/],
  [`execute p`, /0A000/],
  [`declare c cursor with hold for copy orders to 'FILE'`, /0A000/],
  [`/* select */ copy orders to 'FILE'`, /0A000/],
  [`-- select\ncopy orders to 'FILE'`, /0A000/],
  [`select 1; copy orders to 'FILE'`, /0A000/],
  [`select $a$;$a$; attach 'FILE'`, /0A000/],
  [`(select 1); attach 'FILE'`, /0A000/],
  [`select * from memory.main.x`, /42P01/],
  [`select * from weir_session_1.public.orders`, /42P01/],
  [`pivot orders on id`, /0A000/],
  [`select '`, /42601/],
  [`select /* `, /42601/],
  [`summarize orders`, /42601|0A000/],
  [`select set_config('memory_limit', '1GB', false)`, /42704/],
  [`select current_setting('memory_limit')`, /42704/],
  [`select sleep_ms(100000)`, /42501/],
]

/** More of them, a line each: `SQLSTATE statement`. */
const listed = readFileSync(new URL('fixtures/break-out.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => [line.slice(6).replaceAll('\\n', '\n').replaceAll('\\r', '\r'), new RegExp(line.slice(0, 5))] as const)

for (const [sql, code] of [...attempts, ...listed])
  void test(`refuses ${sql}`, async () => {
    const text = sql.replaceAll('FILE', file).replaceAll(/weir_(pg|is)_1\b/g, `weir_$1_${standInNumber}`)
    await assert.rejects(client.query(text), ({ code: given, message }: pg.DatabaseError) => {
      assert.match(String(given), code, `${given}: ${message}`)
      assert.doesNotMatch(message, /\bsecret\n/)
      return true
    })
    // The same through the extended protocol.
    await assert.rejects(client.query({ text, values: [], name: 'x' }))
    assert.deepEqual((await client.query('select count(*)::int as n from orders')).rows, [{ n: 5 }])
  })

void test('a parameter is a value wherever it stands, never a file or a setting', async () => {
  for (const text of [
    'select * from read_text($1)',
    'select * from read_csv($1::text)',
    'select * from glob($1)',
    'select getenv($1)',
    'select * from query($1)',
    'copy (select * from read_text($1)) to stdout',
    'copy orders to $1',
    'select * from $1',
  ])
    await assert.rejects(client.query(text, [file]), ({ code }: pg.DatabaseError) => /42501|0A000|42601/.test(code!))
  const { rows } = await client.query('select $1 as a, length($1) as n', [`'; attach '${file}' as x; select '`])
  assert.equal(rows[0].a, `'; attach '${file}' as x; select '`)
})

void test('says what to do instead', async () => {
  await assert.rejects(client.query('vacuum'), ({ message }: Error) => {
    assert.match(message, /VACUUM is not allowed here.*maintenance runs by itself/)
    return true
  })
})
