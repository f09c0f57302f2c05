import assert from 'node:assert/strict'
import { readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { table, view } from '../../src/index.ts'
import type { PolicySpec } from '../../src/platform/kinds/policy/schema.ts'
import { governWeir, type GovernedWeir, passwords } from '../support/governed-weir.ts'

/** By a pattern: of a table that it names, a policy does not mask the key for those who write. */
const maskedKeys = {
  principals: ['user:ana'],
  allow: ['table:read', 'table:write'] satisfies PolicySpec['allow'],
  on: ['public.kept_*'],
  columns: { mask: ['ssn'] },
}

const secret = /Ada|Bo\b/

void suite('masked columns', { timeout: 240_000 }, () => {
  let weir: GovernedWeir
  let ana: pg.Client
  before(async () => {
    const columns = { ssn: 'string', id: 'long', name: 'string' } as const
    weir = await governWeir([
      table('kept_by_ssn', { columns, key: ['ssn'] }),
      table('kept_by_id', { columns, key: ['id'], partitionBy: ['id'] }),
      view('customers', { sql: 'select distinct customer from orders' }),
      view('elsewhere', {
        namespace: 'other',
        sql: 'select customer, o.id from orders o join by_customer using (customer)',
      }),
    ])
    await weir.policy('masked', {
      principals: ['group:analysts'],
      allow: ['table:read', 'table:write'],
      on: ['public.orders'],
      columns: { mask: ['Customer'] },
    })
    ana = await weir.login('ana')
  })
  after(() => weir[Symbol.asyncDispose]())

  void test('no statement that reads the table shows what is masked, or lets it be guessed', async () => {
    const empty = async (text: string, values: unknown[] = []) =>
      assert.deepEqual((await ana.query(text, values)).rows, [], text)
    for (const text of [
      'select * from orders',
      'table orders',
      'select customer from orders',
      'select o.* from orders o',
      'select orders from orders',
      'select row_to_json(o) as j from orders o',
      'select to_json(orders) from orders',
      'select o::text from orders o',
      'select array_agg(o) from orders o',
      'select string_agg(customer, chr(44)), min(customer), max(customer), count(customer) from orders',
      'select * from (select * from orders) x natural join orders',
      'with recursive r as (select customer, id from orders union select customer, id from r) select * from r',
      'select id, (select customer from orders i where i.id = o.id) from orders o',
      'select unnest([customer]) from orders',
      'pivot orders on customer using count(*)',
      'select * from orders where customer is null order by customer limit 3',
      'select customer || id::text, upper(customer), length(customer), hash(customer) from orders',
      "select columns('cust.*') from orders",
      'describe orders',
      'summarize orders',
      `select * from orders for version as of (select 'main')`,
      `select * from orders for version as of 'main'`,
      'explain analyze select * from orders where customer is null',
      `select customer::int from orders`,
      `select cast(customer as date) from orders`,
      `select error(customer) from orders`,
      `select 1 / length(customer) from orders`,
      `select * from query_table('orders')`,
      'select * from weir_owner_1.public.orders',
      'select * from weir_session_1.public.orders',
    ]) {
      const told = await ana.query(text).then(
        ({ rows }) => JSON.stringify(rows),
        (error: Error) => error.message + JSON.stringify(error),
      )
      assert.doesNotMatch(told, secret, text)
      assert.doesNotMatch(told, /\.parquet|\/lake\//, text)
    }
    await empty(`select * from orders where customer = 'Ada'`)
    await empty(`select * from orders where customer like $1`, ['A%'])
    await empty(`select * from orders where customer in ('Ada', 'Bo')`)
    await empty(`select * from orders where customer > ''`)
    await empty(`select o.id from orders o join (values ('Ada')) v(name) on v.name = o.customer`)
    await empty(`select o.id from orders o semi join (values ('Ada')) v(name) on v.name = o.customer`)
    await empty(`select id from orders where exists (select 1 where customer = 'Ada')`)
    await empty(`select customer from orders group by 1 having customer is not null`)
    await empty(`select count(*) from orders group by customer having count(*) < 3`)
    const named = { name: 'kept', text: 'select id, customer from orders where customer is null order by id' }
    for (let n = 0; n < 2; n++)
      assert.deepEqual(
        (await ana.query(named)).rows,
        [1, 2, 3].map((id) => ({ id: String(id), customer: null })),
      )
    const { fields } = await ana.query('select customer from orders limit 0')
    assert.equal(fields[0]!.dataTypeID, 25, 'the type stays')
  })

  void test('a plan names files, and partitions in them: it is not shown of what is seen through a mask or a view', async () => {
    for (const text of [
      'explain select id from orders',
      'explain analyze select id from orders',
      'explain analyze select * from customers',
    ])
      await assert.rejects(ana.query(text), { code: '42501', message: /EXPLAIN names its files/ }, text)
    assert.ok((await weir.sql('weir', 'explain analyze select * from customers')).rows.length > 0)
    assert.ok((await ana.query('explain select 1')).rows.length > 0)
  })

  void test('COPY, cursors and rows that are written show nothing either', async () => {
    await ana.query('begin')
    await ana.query('declare c cursor for select customer, id from orders')
    assert.deepEqual(
      new Set((await ana.query('fetch all from c')).rows.map(({ customer }) => customer)),
      new Set([null]),
    )
    await ana.query('commit')
    await ana.query('create table copied as select id, customer from orders')
    assert.deepEqual((await weir.sql('weir', 'select distinct customer from copied')).rows, [{ customer: null }])
    await ana.query('drop table copied')
    const { rows } = await ana.query(`insert into orders values (7, 'Eve', 1) returning id, customer`)
    assert.deepEqual(rows, [{ id: '7', customer: null }])
    assert.deepEqual((await ana.query('select customer from orders where id = 7')).rows, [{ customer: null }])
    assert.equal((await weir.sql('weir', `delete from orders where customer = 'Eve'`)).rowCount, 1)
  })

  void test('what changes whole rows is refused: it would read the column, and lose it', async () => {
    for (const text of [
      `update orders set amount = 0 where customer = 'Ada'`,
      'update orders set amount = 0',
      `delete from orders where customer = 'Ada'`,
      'merge into orders using (select 1 as id) n on orders.id = n.id when matched then delete',
      'create table if not exists t2 as select id from orders; alter table orders rename to o2',
    ])
      await assert.rejects(ana.query(text), { code: '42501' }, text)
    await weir.sql('weir', 'drop table if exists t2')
    assert.deepEqual((await weir.sql('weir', 'select id, customer from orders order by 1')).rows.length, 3)
  })

  void test('ON CONFLICT DO UPDATE changes whole rows: it is refused, and nothing is lost', async () => {
    await weir.sql('weir', `insert into kept_by_id values ('SSN-777', 5, 'a'), ('SSN-778', 6, 'b')`)
    await weir.policy('kept', maskedKeys)
    const upsert = `insert into kept_by_id values ('q', 5, 'x') on conflict (id) do update set name = excluded.name`
    for (const text of [upsert, `${upsert} where false`, `${upsert} returning name`])
      await assert.rejects(ana.query(text), { code: '42501', message: /"ssn" is masked, and UPDATE, .*ON CONFLICT/ })
    await ana.query('begin')
    await ana.query(`insert into kept_by_id values ('mine', 7, 'own')`)
    for (const text of [upsert.replace('5', '7'), `update kept_by_id set name = 'x' where id = 7`]) {
      await ana.query('savepoint s')
      await assert.rejects(ana.query(text), { code: '42501' }, text)
      await ana.query('rollback to s')
    }
    await ana.query('commit')
    assert.equal((await ana.query(`insert into kept_by_id values ('q', 5, 'x') on conflict do nothing`)).rowCount, 0)
    assert.deepEqual((await weir.sql('weir', 'select ssn, id, name from kept_by_id order by id')).rows, [
      { ssn: 'SSN-777', id: '5', name: 'a' },
      { ssn: 'SSN-778', id: '6', name: 'b' },
      { ssn: 'mine', id: '7', name: 'own' },
    ])
    await weir.policy('kept', { ...maskedKeys, deny: ['table:read'], allow: ['table:write'], columns: undefined })
    for (const action of ['do nothing', 'do update set name = null'])
      await assert.rejects(
        ana.query(`insert into kept_by_id values ('q', 5, 'x') on conflict (id) ${action}`),
        { code: '42501', message: /denies user "ana" table:read/ },
        action,
      )
    await weir.withdraw('kept')
  })

  void test('who does not see the key adds no rows: what is refused as there twice would be told', async () => {
    await weir.sql('weir', `insert into kept_by_ssn values ('SSN-555', 1, 'a')`)
    await weir.policy('kept', maskedKeys)
    for (const ssn of ['SSN-555', 'SSN-556'])
      for (const text of [
        `insert into kept_by_ssn values ('${ssn}', 9, 'x')`,
        `insert into kept_by_ssn values ('${ssn}', 9, 'x') on conflict do nothing`,
        `insert into kept_by_ssn values ('${ssn}', 9, 'x') on conflict (ssn) do update set name = 'x'`,
        `insert into kept_by_ssn select '${ssn}', 9, 'x'`,
        'copy kept_by_ssn from stdin',
      ])
        await assert.rejects(ana.query(text), { code: '42501', message: /"ssn" is masked/ }, text)
    await assert.rejects(weir.policy('exact', { ...maskedKeys, on: ['public.kept_by_ssn'] }), {
      message: /policy "exact": "ssn" is of the key of public.kept_by_ssn.*Mask it in a policy that allows table:read/,
    })
    await weir.policy('exact', { ...maskedKeys, allow: ['table:read'], on: ['public.kept_by_ssn'] })
    await weir.withdraw('exact')
    await ana.query('truncate kept_by_ssn')
    assert.deepEqual((await weir.sql('weir', 'select * from kept_by_ssn')).rows, [])
    await weir.withdraw('kept')
  })

  void test('who sees a column masked takes it out of its mask by no ALTER TABLE and no commit of a schema', async () => {
    await weir.sql('weir', 'create table kept_open (id bigint, ssn text)')
    await weir.policy('kept', maskedKeys)
    for (const change of ['rename column ssn to x', 'drop column ssn', 'rename column SSN to x'])
      await assert.rejects(ana.query(`alter table kept_open ${change}`), { code: '42501', message: /its mask/ }, change)
    const updates = [
      { action: 'set-current-schema', 'schema-id': 0 },
      { action: 'set-properties', updates: { 'schema.name-mapping.default': '[{"field-id":1,"names":["ssn"]}]' } },
      { action: 'remove-properties', removals: ['schema.name-mapping.default'] },
      { action: 'set-properties', updates: { comment: 'of ana' } },
    ]
    for (const update of updates) {
      const answer = await fetch(`${weir.http}/iceberg/v1/namespaces/public/tables/kept_open`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`ana:${passwords.user('ana')}`).toString('base64')}`,
        },
        body: JSON.stringify({ requirements: [], updates: [update] }),
      })
      const text = await answer.text()
      if (update === updates.at(-1)) assert.equal(answer.status, 200, text)
      else assert.match(`${answer.status} ${text}`, /^403 .*column .{1,2}ssn.{1,2} is masked/)
    }
    await ana.query('alter table kept_open add column more text')
    await ana.query('alter table kept_open rename column id to nr')
    await weir.withdraw('kept')
    await weir.sql('weir', 'drop table kept_open')
  })

  void test('a view shows what its query shows; masks of its own hold for it', async () => {
    const customers = async (user: string) =>
      (await weir.sql(user, 'select customer from customers order by 1')).rows.map(({ customer }) => customer)
    assert.deepEqual(await customers('ana'), ['Ada', 'Bo'])
    const { rows } = await ana.query(
      'select c.customer as open, o.customer as masked from customers c cross join orders o where o.id = 1 order by 1',
    )
    assert.deepEqual(rows, [
      { open: 'Ada', masked: null },
      { open: 'Bo', masked: null },
    ])
    assert.deepEqual((await ana.query('select customer, id from other.elsewhere order by id')).rows, [
      { customer: 'Ada', id: '1' },
      { customer: 'Bo', id: '2' },
      { customer: 'Ada', id: '3' },
    ])
    await weir.policy('views', {
      allow: ['table:read'],
      on: ['public.customers', 'other.*'],
      columns: { mask: ['customer'] },
    })
    assert.deepEqual(await customers('ana'), [null, null])
    assert.deepEqual((await ana.query('select distinct customer from other.elsewhere')).rows, [{ customer: null }])
    await weir.policy('views', { allow: ['table:read'], on: ['public.customers'], columns: { mask: ['name'] } })
    await assert.rejects(customers('ana'), { code: '42501', message: /"name" is masked, and there is none/ })
    await weir.withdraw('views')
  })

  void test('a column that is renamed stays hidden, as it is and as it was', async () => {
    await weir.sql('weir', 'create table people (id bigint, name text, town text)')
    await weir.sql('weir', `insert into people values (1, 'Ada', 'Rome')`)
    await weir.policy('people', { allow: ['table:read'], on: ['public.people'], columns: { mask: ['name'] } })
    assert.deepEqual((await ana.query('select * from people')).rows, [{ id: '1', name: null, town: 'Rome' }])
    await weir.sql('weir', 'alter table people rename column name to full_name')
    await assert.rejects(ana.query('select * from people'), {
      code: '42501',
      message: /"name" is masked, and there is none/,
    })
    await weir.policy('people', { allow: ['table:read'], on: ['public.people'], columns: { mask: ['full_name'] } })
    await weir.sql('weir', `insert into people values (2, 'Bo', 'Oslo')`)
    const then = await ana.query(`select * from people for timestamp as of '${await momentOf(weir)}'`)
    assert.deepEqual(then.rows, [{ id: '1', name: null, town: 'Rome' }])
  })

  void test('files are not left out by what they hold of a masked column', async () => {
    await weir.sql('weir', 'create table many (id bigint, customer text)')
    for (let n = 0; n < 20; n++) await weir.sql('weir', `insert into many values (${n}, 'c${n}')`)
    await weir.policy('many', { allow: ['table:read'], on: ['public.many'], columns: { mask: ['customer'] } })
    assert.deepEqual((await ana.query('select count(*)::int as n from many where customer is null')).rows, [{ n: 20 }])
    assert.deepEqual((await ana.query(`select count(*)::int as n from many where customer >= 'c1'`)).rows, [{ n: 0 }])
  })

  void test('INV-A5: a missing file is not named to who sees its table through a mask or a view, and is to others', async () => {
    await weir.sql('weir', `create table marked (id bigint, customer text) partition by (customer)`)
    await weir.sql('weir', `insert into marked values (1, 'Ada')`)
    await weir.policy('marked', { allow: ['table:read'], on: ['public.marked'], columns: { mask: ['customer'] } })
    await weir.policy('view', { principals: ['user:bob'], allow: ['table:read'], on: ['public.by_customer'] })
    const lake = join(weir.folder, '.weir', 'lake', 'public')
    const taken = ['marked', 'orders'].flatMap((name) => filesUnder(join(lake, name, 'data')))
    assert.ok(
      taken.some((path) => secret.test(path)),
      taken.join(' '),
    )
    for (const path of taken) renameSync(path, `${path}.away`)
    const refused = async (user: string, text: string): Promise<pg.DatabaseError> =>
      weir.sql(user, text).then(
        () => assert.fail(`${text} was answered`),
        (error: pg.DatabaseError) => error,
      )
    try {
      for (const [user, text] of [
        ['ana', 'select count(*) from marked'],
        ['ana', 'copy (select id from marked) to stdout'],
        ['bob', 'select count(*) from by_customer'],
      ] as const) {
        const { code, detail, message, hint } = await refused(user, text)
        assert.deepEqual([code, detail], ['58P01', 'WEIR-8002'], message)
        assert.doesNotMatch(`${message} ${hint}`, /Ada|Bo\b|parquet|avro|LINE/)
      }
      const { code, message } = await refused('weir', 'select count(*) from marked')
      assert.equal(code, '58P01')
      assert.match(message, /table public\.marked: the data file \S+\.parquet is not there; the manifest \S+ names it/)
    } finally {
      for (const path of taken) renameSync(`${path}.away`, path)
    }
  })
})

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** After the first snapshot of people, and before the second. */
async function momentOf(weir: GovernedWeir): Promise<string> {
  const answer = await fetch(`${weir.http}/iceberg/v1/namespaces/public/tables/people`, {
    headers: { authorization: 'Bearer the-token' },
  })
  const { metadata } = (await answer.json()) as { metadata: { 'snapshot-log': { 'timestamp-ms': number }[] } }
  return new Date(metadata['snapshot-log'][0]!['timestamp-ms']).toISOString()
}
