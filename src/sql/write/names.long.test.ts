import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { schemaOf } from '../../lake/types/schema.ts'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

const unusual = ['__proto__', 'constructor', 'a b', 'a,b', 'a<b', 'a"b', "a'b", 'a.b']
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

void suite('names of schemas, tables, columns and fields', () => {
  let engine: WriteEngine
  let client: pg.Client
  before(async () => {
    engine = await startWriteEngine()
    client = await engine.client()
  })
  after(() => engine[Symbol.asyncDispose]())

  const rows = async (text: string): Promise<readonly unknown[]> =>
    (await client.query({ text, rowMode: 'array' })).rows

  void test('a field of a struct may be called anything, in INSERT, SELECT, UPDATE and ALTER TABLE', async () => {
    for (const [at, name] of unusual.entries()) {
      const [table, field] = [`fields_${at}`, quoted(name)]
      await client.query(`create table ${table} (id bigint, s struct<${field}: int, z: string>)`)
      const json = JSON.stringify({ [name]: 5, z: 'y' }).replaceAll("'", "''")
      await client.query(`insert into ${table} values (1, '${json}')`)
      await client.query({
        text: `insert into ${table} values ($1, $2)`,
        values: [2, JSON.stringify({ [name]: 6, z: 'y' })],
      })
      await client.query(`insert into ${table} select 3, {${field}: 7, 'z': 'k'}`)
      assert.deepEqual(await rows(`select s.${field} from ${table} order by id`), [[5], [6], [7]], name)
      await client.query(`update ${table} set s = {${field}: 8, 'z': 'k'} where id = 1`)
      await client.query(
        `alter table ${table} add column more struct<${field}: list<int>, z: map<string, int>>, add n int`,
      )
      assert.deepEqual(
        await rows(`select s.${field}, more is null, n from ${table} where id = 1`),
        [[8, true, null]],
        name,
      )
    }
  })

  void test('so may a column, also one that partitions', async () => {
    for (const [at, name] of unusual.entries()) {
      const [table, column] = [`columns_${at}`, quoted(name)]
      await client.query(`create table ${table} (id bigint, ${column} int) partition by (${column})`)
      await client.query(`insert into ${table} values (1, 5), (2, 6)`)
      await client.query(`insert into ${table} (${column}) values (7)`)
      await client.query(`update ${table} set ${column} = 8 where ${column} = 7`)
      assert.deepEqual(await rows(`select ${column} from ${table} where ${column} > 5 order by 1`), [[6], [8]], name)
    }
  })

  void test('names by which SQL would find something else are refused, with what to do', async () => {
    const code = '42939'
    for (const schema of ['temp', 'TEMP', 'system', 'memory', 'pg_mine', 'information_schema', 'weir_session_7'])
      await assert.rejects(client.query(`create schema ${quoted(schema)}`), { code, hint: /Choose another name/ })
    await assert.rejects(client.query(`create table temp.t (id int)`), { code })
    await assert.rejects(client.query(`create table temp.t as select 1 as a`), { code })
    for (const table of ['pg_catalog', 'pg_class', 'public.pg_mine'])
      await assert.rejects(client.query(`create table ${table} (id int)`), { code, hint: /Choose another name/ })
    await client.query('create table renamed (id int)')
    await assert.rejects(client.query('alter table renamed rename to pg_catalog'), { code })
  })

  void test('a table that a client of the catalog made under such a name says so, and where it is to go', async () => {
    await engine.lake.client.ensureNamespace(['temp'])
    await engine.lake.client.createTable(['temp'], { name: 't', schema: schemaOf([{ name: 'id', type: 'long' }]) })
    await assert.rejects(client.query('select * from temp.t'), { code: '42939', hint: /rename/i })
    await engine.lake.client.renameTable({ namespace: ['temp'], name: 't' }, { namespace: ['public'], name: 'moved' })
    assert.deepEqual(await rows('select * from moved'), [])
  })

  void test('a table has 1600 columns at most', async () => {
    const columns = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `c${from + at} int`)
    await client.query(`create table wide (${columns(0, 1599).join(', ')})`)
    await client.query('alter table wide add c1599 int')
    const refused = { code: '54011', hint: /struct/ }
    await assert.rejects(client.query('alter table wide add more int'), refused)
    await client.query('alter table wide drop c0, add more int')
    await assert.rejects(client.query(`create table wider (${columns(0, 1601).join(', ')})`), refused)
    await assert.rejects(client.query('create table wider as select *, 1 as a1 from wide'), refused)
    await client.query('drop table wide')
  })

  void test('the catalog is found by names in quotes, as programs write them', async () => {
    await client.query('create table quoted_here (id int)')
    const found = [['quoted_here']]
    assert.deepEqual(
      await rows(`select "c"."relname" from "pg_catalog"."pg_class" as "c" where "c"."relname" = 'quoted_here'`),
      found,
    )
    assert.deepEqual(await rows(`select "relname" from "pg_class" where "relname" = 'quoted_here'`), found)
    assert.deepEqual(
      await rows(`select "table_name" from "information_schema"."tables" where "table_name" = 'quoted_here'`),
      found,
    )
  })
})
