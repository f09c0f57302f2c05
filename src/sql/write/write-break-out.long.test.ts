import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client
let file: string

before(async () => {
  engine = await startWriteEngine()
  for (const name of ['orders', 'others'])
    await engine.table(name, {
      columns: [
        { name: 'id', type: 'long' },
        { name: 'item', type: 'string' },
      ],
    })
  client = await engine.client()
  await client.query(`insert into orders values (1, 'a'), (2, 'b')`)
  file = join(engine.lake.folder, 'secret.csv')
  await writeFile(file, 'id\n42\n')
})
after(() => engine[Symbol.asyncDispose]())

const refused = /^(42501|42P01|42601|42703|42883|0A000|42809|3F000)$/

/** Ways by which a statement that writes might reach what it must not. FILE stands for a file that is there. */
const attempts: readonly string[] = [
  `insert into orders select id, 'x' from read_csv('FILE')`,
  `insert into orders (id) select id from 'FILE'`,
  `insert into orders (id) values ((select id from 'FILE'))`,
  `insert into orders (item) values (getenv('HOME'))`,
  `insert into orders (item) select content from read_text('FILE') returning item`,
  `insert into orders values (1) returning (select id from read_csv('FILE'))`,
  `insert into 'FILE' values (1)`,
  `insert into "FILE" values (1)`,
  `insert into orders values (1, 'x')) to 'FILE' (format csv); --`,
  `insert into orders select 1, 'x') to 'FILE' (format csv) --`,
  `insert into orders select 1, 'x' /* ) to 'FILE'`,
  `insert into orders select 1, 'x' --\n) to 'FILE' (format csv`,
  `insert into orders select * from (select 1, 'x') as weir_rows) to 'FILE' --`,
  `insert into orders values (1, 'x'), (2, 'y') as v) select * from read_text('FILE') --`,
  `with s as (select * from read_csv('FILE')) insert into orders (id) select id from s`,
  `with s as (select 1) copy s to 'FILE'`,
  `update orders set item = (select content from read_text('FILE'))`,
  `update orders set item = 'x' from read_csv('FILE') f`,
  `update orders set item = 'x' where exists (from read_text('FILE'))`,
  `update orders set item = 'x', item = getenv('HOME')`,
  `update orders set item = 'x' where true) to 'FILE' (format csv) --`,
  `update orders set item = 'x' where true) union all select 'FILE', 0, 1, 'x' from (select 1`,
  `update orders set item = 'x' returning (select id from 'FILE')`,
  `update duckdb_settings set value = 1`,
  `update pg_catalog.pg_class set relname = 'x'`,
  `update information_schema.tables set table_name = 'x'`,
  `delete from orders using read_csv('FILE') f where f.id = orders.id`,
  `delete from orders where id in (select id from 'FILE')`,
  `delete from orders where true) to 'FILE' (format csv) --`,
  `delete from weir_session_1.public.orders`,
  `delete from memory.main.orders`,
  `delete from system.information_schema.tables`,
  `delete from _weir_write.target`,
  `delete from _weir_write.target where _weir_position = 0`,
  `delete from orders where _weir_file like '%'`,
  `delete from orders where "_weir_file" like '%'`,
  `delete from orders using _weir_write.target t where t.id = orders.id`,
  `delete from orders returning _weir_file`,
  `select * from _weir_write.target`,
  `select * from _weir_write.returned`,
  `insert into orders select * from _weir_write.target`,
  `insert into _weir_write.brought values (1)`,
  `merge into orders using read_csv('FILE') f on f.id = orders.id when matched then delete`,
  `merge into orders using (select 1 n) s on true when matched then update set item = (from read_text('FILE'))`,
  `merge into orders using (select 1 n) s on n = id when not matched then insert values (1, getenv('HOME'))`,
  `merge into orders using (select 1 n) s on (true) when matched and exists (from 'FILE') then delete`,
  `explain insert into orders values (1, 'x')`,
  `explain analyze delete from orders`,
  `declare c cursor with hold for delete from orders returning id`,
  `copy (insert into orders values (1, 'x') returning id) to stdout`,
  `select * from (delete from orders returning id)`,
  `with gone as (delete from orders returning id) select * from gone`,
  `with gone as (delete from orders returning id) insert into others select id, 'x' from gone`,
]

for (const attempt of attempts)
  void test(`refuses ${attempt}`, async () => {
    const text = attempt.replaceAll('FILE', file)
    for (const query of [text, { text, values: [], name: attempt.slice(0, 60) }])
      await assert.rejects(client.query(query), ({ code, message }: pg.DatabaseError) => {
        assert.match(String(code), refused, `${code}: ${message}`)
        assert.doesNotMatch(message, /\b42\b/)
        return true
      })
    const { rows } = await client.query('select id, item from orders order by id')
    assert.deepEqual(rows, [
      { id: '1', item: 'a' },
      { id: '2', item: 'b' },
    ])
    assert.deepEqual(await readdir(engine.scratchDirectory), [])
  })

void test('a parameter of a write is a value, whatever it holds', async () => {
  const value = `x') to '${file}' (format csv); --`
  const { rows } = await client.query('insert into others values ($1, $2) returning item', [1, value])
  assert.deepEqual(rows, [{ item: value }])
  await client.query('update others set item = $1 where item = $2', [`${value}'`, value])
  assert.deepEqual((await client.query('select item from others')).rows, [{ item: `${value}'` }])
})
