import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import type pg from 'pg'
import { startWriteEngine, type WriteEngine } from '../../../test/support/write-engine.ts'

let engine: WriteEngine
let client: pg.Client
let count = 0
let table = ''

before(async () => {
  engine = await startWriteEngine()
  client = await engine.client()
})
after(() => engine[Symbol.asyncDispose]())
beforeEach(async () => {
  table = `t${++count}`
  await engine.table(table, {
    columns: [
      { name: 'id', type: 'long', required: true },
      { name: 'item', type: 'string' },
      { name: 'price', type: 'decimal(12, 2)' },
      { name: 'at', type: 'timestamptz' },
      { name: 'tags', type: 'list<string>' },
    ],
  })
})

const rows = async (text: string): Promise<readonly unknown[]> => (await client.query({ text, rowMode: 'array' })).rows

void test('INSERT of values is one snapshot, counts its rows and is there for the next statement', async () => {
  const { command, rowCount } = await client.query(
    `insert into ${table} (id, item, price) values (1, 'a', 2.5), (2, default, 3)`,
  )
  assert.deepEqual([command, rowCount], ['INSERT', 2])
  assert.equal(await engine.snapshots(table), 1)
  assert.deepEqual(await rows(`select id, item, price, at from ${table} order by id`), [
    ['1', 'a', '2.50', null],
    ['2', null, '3.00', null],
  ])
  assert.deepEqual(await readdir(engine.scratchDirectory), [], 'nothing is left of the statement')
})

void test('INSERT of a query, with WITH, with parameters whose types are those of the columns, with RETURNING', async () => {
  const inserted = await client.query(
    `with n as (select i from range(3) r(i)) insert into ${table} (id, item) select i, 'i' || i from n returning id + 1 as next, item`,
  )
  assert.deepEqual(
    inserted.rows,
    [0, 1, 2].map((i) => ({ next: String(i + 1), item: `i${i}` })),
  )
  assert.equal(inserted.rowCount, 3)
  const at = new Date('2024-02-03T04:05:06Z')
  await client.query(`insert into ${table} values ($1, $2, $3, $4, $5)`, [7, 'seven', '1.005', at, ['x', 'y']])
  assert.deepEqual(await rows(`select * from ${table} where id = 7`), [['7', 'seven', '1.01', at, ['x', 'y']]])
})

void test('DELETE and UPDATE change what they find, by positions, and say how many', async () => {
  await client.query(`insert into ${table} (id, item) select i, 'i' || i from range(10) r(i)`)
  assert.equal((await client.query(`delete from ${table} where id in (1, 2)`)).rowCount, 2)
  assert.equal((await client.query(`delete from ${table} where id = 1`)).rowCount, 0)
  assert.equal(await engine.snapshots(table), 2, 'a statement that changes nothing commits nothing')
  const { rowCount } = await client.query(`update ${table} as t set item = t.item || '!', price = id where id < 5`)
  assert.equal(rowCount, 3)
  assert.deepEqual(await rows(`select id, item, price from ${table} where id < 6 order by id`), [
    ['0', 'i0!', '0.00'],
    ['3', 'i3!', '3.00'],
    ['4', 'i4!', '4.00'],
    ['5', 'i5', null],
  ])
  const gone = await client.query(`delete from ${table} using range(5, 100) r(i) where id = i returning id`)
  assert.equal(gone.rows.length, 5)
  assert.equal((await client.query(`delete from ${table}`)).rowCount, 3)
  assert.deepEqual(await rows(`select count(*) from ${table}`), [['0']])
})

void test('UPDATE FROM changes each row once, and RETURNING gives the new rows', async () => {
  await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b'), (3, 'c')`)
  const updated = await client.query(
    `update ${table} set item = s.name from (values (1, 'x'), (2, 'y'), (2, 'y')) as s(n, name) where id = s.n returning *`,
  )
  assert.equal(updated.rowCount, 2)
  assert.deepEqual(new Set(updated.rows.map(({ item }) => item)), new Set(['x', 'y']))
  assert.deepEqual(await rows(`select id, item from ${table} order by 1`), [
    ['1', 'x'],
    ['2', 'y'],
    ['3', 'c'],
  ])
})

void test('MERGE updates, deletes and inserts; a row that two source rows match is refused', async () => {
  await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b'), (3, 'c')`)
  const merged =
    await client.query(`merge into ${table} t using (values (1, 'one'), (2, null), (9, 'nine'), (8, null)) as s(n, name)
    on t.id = s.n
    when matched and s.name is null then delete
    when matched then update set item = s.name
    when not matched and s.name is null then do nothing
    when not matched then insert (id, item) values (s.n, case when true then s.name end)`)
  assert.deepEqual([merged.command, merged.rowCount], ['MERGE', 3])
  assert.deepEqual(await rows(`select id, item from ${table} order by 1`), [
    ['1', 'one'],
    ['3', 'c'],
    ['9', 'nine'],
  ])
  const twice = `merge into ${table} using (values (1), (1)) s(n) on id = n when matched then delete`
  await assert.rejects(client.query(twice), { code: '21000' })
})

void test('a transaction sees its own changes, others do not, and it commits as one snapshot of each table', async () => {
  const other = await engine.client()
  await client.query(`insert into ${table} (id, item) values (1, 'a'), (2, 'b'), (3, 'c')`)
  await engine.table(`${table}_b`, { columns: [{ name: 'id', type: 'long' }] })
  await client.query('begin')
  await client.query(`insert into ${table} (id, item) values (4, 'd'), (5, 'e')`)
  await client.query(`update ${table} set item = 'new' where id in (1, 4)`)
  await client.query(`delete from ${table} where id in (1, 2, 5)`)
  await client.query(`insert into ${table}_b select id from ${table}`)
  const mine = [
    ['3', 'c'],
    ['4', 'new'],
  ]
  assert.deepEqual(await rows(`select id, item from ${table} order by 1`), mine)
  assert.equal((await other.query(`select * from ${table}`)).rowCount, 3)
  assert.equal((await other.query(`select * from ${table}_b`)).rowCount, 0)
  await client.query('commit')
  assert.deepEqual(
    (await other.query({ text: `select id, item from ${table} order by 1`, rowMode: 'array' })).rows,
    mine,
  )
  assert.equal((await other.query(`select * from ${table}_b`)).rowCount, 2)
  assert.deepEqual([await engine.snapshots(table), await engine.snapshots(`${table}_b`)], [2, 1])
})

void test('ROLLBACK, an error and savepoints leave what PostgreSQL leaves', async () => {
  await client.query(`begin; insert into ${table} (id) values (1); rollback`)
  await client.query('begin')
  await client.query(`insert into ${table} (id) values (2)`)
  await assert.rejects(client.query(`insert into ${table} (id) values (null)`), { code: '23502' })
  await assert.rejects(client.query(`insert into ${table} (id) values (3)`), { code: '25P02' })
  assert.equal((await client.query('commit')).command, 'ROLLBACK')
  assert.equal(await engine.snapshots(table), 0)
  await client.query(`begin; insert into ${table} (id) values (4); savepoint s; insert into ${table} (id) values (5)`)
  await assert.rejects(client.query('select nope'))
  await client.query('rollback to savepoint s')
  await client.query(`insert into ${table} (id) values (6); commit`)
  assert.deepEqual(await rows(`select id from ${table} order by 1`), [['4'], ['6']])
  await assert.rejects(client.query(`insert into ${table} (id) values (7); select nope`))
  assert.deepEqual(await rows(`select max(id) from ${table}`), [['6']], 'statements of one message stand together')
  assert.deepEqual(await readdir(engine.scratchDirectory), [])
})

void test('two transactions that change the same file: the second is told, and nothing of it is there', async () => {
  const other = await engine.client()
  await client.query(`insert into ${table} (id) values (1), (2), (3)`)
  await client.query(`begin; delete from ${table} where id = 1`)
  await other.query(`delete from ${table} where id = 1`)
  await assert.rejects(client.query('commit'), { code: '40001' })
  await client.query(`begin; insert into ${table} (id) values (4)`)
  await other.query(`delete from ${table} where id = 2`)
  await client.query('commit')
  assert.deepEqual(await rows(`select id from ${table} order by 1`), [['3'], ['4']])
})

void test('values that do not fit are refused as PostgreSQL refuses them', async () => {
  for (const [text, code] of [
    [`insert into ${table} (id, item) values (1)`, '42601'],
    [`insert into ${table} (id) values (1, 2)`, '42601'],
    [`insert into ${table} (id, nope) values (1, 2)`, '42703'],
    [`insert into ${table} (id, id) values (1, 2)`, '42701'],
    [`insert into ${table} (item) values ('x')`, '23502'],
    [`insert into ${table} (id) values ('x')`, '22P02'],
    [`insert into ${table} (id) values ('1.5')`, '22P02'],
    [`insert into ${table} (id) values (true)`, '42804'],
    [`insert into ${table} (id) select 'x' || 'y'`, '42804'],
    [`insert into ${table} (id) values (99999999999999999999)`, '22003'],
    [`insert into ${table} (id, price) values (1, 12345678901)`, '22003'],
    [`insert into ${table} (id) values (1) on conflict do nothing`, '0A000'],
    [`insert into nope values (1)`, '42P01'],
    [`insert into pg_class values (1)`, '42501'],
    [`update ${table} set nope = 1`, '42703'],
    [`update ${table} set item = 1, item = 2`, '42601'],
    [`delete from ${table} where current of c`, '0A000'],
    [`delete from ${table} where _weir_position = 1`, '42703'],
    [`insert into ${table} (id) values (1) returning nope`, '42703'],
    [`with x as (insert into ${table} (id) values (1) returning id) select * from x`, '0A000'],
    [`update ${table} set`, '42601'],
    [`insert into ${table} (id) values (1),`, '42601'],
  ] as const)
    await assert.rejects(client.query(text), { code }, text)
  assert.equal(await engine.snapshots(table), 0)
})

void test('a value that does not fit is named as it was written, with its column', async () => {
  await engine.table(`${table}_n`, {
    columns: [
      { name: 'id', type: 'int' },
      { name: 'd', type: 'decimal(38, 10)' },
      { name: 'day', type: 'date' },
    ],
  })
  const into = `insert into ${table}_n`
  for (const [text, values, code, message] of [
    [
      `${into} (id, d) values (9, 1e29)`,
      [],
      '22003',
      'value 1e29 of column "d" is out of range for type numeric(38,10)',
    ],
    [
      `${into} values (1), (2147483648)`,
      [],
      '22003',
      'value 2147483648 of column "id" is out of range for type integer',
    ],
    [
      `${into} (id) values (-2147483649)`,
      [],
      '22003',
      'value -2147483649 of column "id" is out of range for type integer',
    ],
    [
      `${into} (id) values ('2147483648')`,
      [],
      '22003',
      'value 2147483648 of column "id" is out of range for type integer',
    ],
    [
      `${into} (id) values ($1)`,
      ['2147483648'],
      '22003',
      'value 2147483648 of column "id" is out of range for type integer',
    ],
    [
      `${into} (day, d) values (null, 'x')`,
      [],
      '22P02',
      'invalid input syntax for type numeric(38,10): "x" (column "d")',
    ],
    [`${into} (id) values ('1.5')`, [], '22P02', 'invalid input syntax for type integer: "1.5" (column "id")'],
    [
      `${into} (day) values ('2026-02-30')`,
      [],
      '22007',
      'invalid input syntax for type date: "2026-02-30" (column "day")',
    ],
    [`${into} (day) values ($1)`, ['no'], '22007', 'invalid input syntax for type date: "no" (column "day")'],
  ] as const)
    await assert.rejects(client.query(text, [...values]), { code, message }, text)
  await client.query(`${into} (id) values (1)`)
  await assert.rejects(client.query(`update ${table}_n set d = 5, id = 3e9`), {
    code: '22003',
    message: 'value 3e9 of column "id" is out of range for type integer',
    position: String(`update ${table}_n set d = 5, id = `.length + 1),
  })
  // What is computed is not known.
  await assert.rejects(client.query(`${into} (id) select 2147483647 + id::bigint from ${table}_n`), { code: '22003' })
  assert.deepEqual(await rows(`select id, d from ${table}_n`), [[1, null]])
})

void test('TRUNCATE takes all rows of its tables, also those of its own transaction', async () => {
  await client.query(`insert into ${table} (id) values (1), (2)`)
  await client.query(`begin; insert into ${table} (id) values (3)`)
  assert.equal((await client.query(`truncate table only ${table} restart identity`)).command, 'TRUNCATE')
  await client.query(`insert into ${table} (id) values (4); commit`)
  assert.deepEqual(await rows(`select id from ${table}`), [['4']])
  await assert.rejects(client.query('truncate nope'), { code: '42P01' })
})

void test('BEGIN READ ONLY and default_transaction_read_only refuse writes', async () => {
  await client.query('begin read only')
  await assert.rejects(client.query(`insert into ${table} (id) values (1)`), { code: '25006' })
  await client.query('rollback; set default_transaction_read_only = on')
  await assert.rejects(client.query(`delete from ${table}`), { code: '25006' })
  await client.query('reset default_transaction_read_only')
})

void test('rows of a partitioned table lie in files of their partitions', async () => {
  await engine.table(`${table}_p`, {
    columns: [
      { name: 'id', type: 'long' },
      { name: 'part', type: 'string' },
    ],
    partition: [{ 'source-id': 2, name: 'part', transform: 'identity' }],
  })
  await client.query(`insert into ${table}_p select i, 'p' || i % 3 from range(9) r(i)`)
  await client.query(`update ${table}_p set part = 'p1' where id = 0`)
  await client.query(`delete from ${table}_p where part = 'p2'`)
  assert.deepEqual(await rows(`select part, count(*) from ${table}_p group by 1 order by 1`), [
    ['p0', '2'],
    ['p1', '4'],
  ])
})

void test(
  'a statement that is ended in the middle leaves nothing, and the session goes on',
  { timeout: 20_000 },
  async () => {
    await client.query(`insert into ${table} (id) values (1)`)
    await client.query(`set statement_timeout = '150ms'`)
    for (const text of [
      `insert into ${table} (id) select a.i from range(1000000000) a(i), range(1000) b(i)`,
      `update ${table} set item = 'x' from range(1000000000) a(i), range(1000) b(i) where a.i + b.i < 0`,
      `merge into ${table} using (select a.i as n from range(1000000000) a(i), range(1000) b(i)) s on n = id when not matched then insert (id) values (n)`,
    ])
      await assert.rejects(client.query(text), { code: '57014' }, text)
    await client.query('reset statement_timeout')
    assert.deepEqual(await rows(`select id, item from ${table}`), [['1', null]])
    assert.equal(await engine.snapshots(table), 1)
    assert.deepEqual(await readdir(engine.scratchDirectory), [])
  },
)
