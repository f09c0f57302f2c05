import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { statementKinds } from '../../src/sql/gate/kind.ts'
import { governWeir, type GovernedWeir } from '../support/governed-weir.ts'

const denied = (text: RegExp) => ({ code: '42501', message: text })

void suite('policies in SQL', { timeout: 240_000 }, () => {
  let weir: GovernedWeir
  before(async () => {
    weir = await governWeir()
  })
  after(() => weir[Symbol.asyncDispose]())

  const countOf = async (user: string, text: string) => (await weir.sql(user, text)).rows.length

  void test('users log in by passwords of their own, and with no other', async () => {
    assert.equal((await weir.sql('ana', 'select current_user as me')).rows[0].me, 'ana')
    await assert.rejects(weir.login('nobody'), { code: '28P01' })
  })

  void test('without a policy a user may all that may be done', async () => {
    assert.equal(await countOf('bob', 'select * from orders'), 3)
    await weir.sql('bob', 'create table free (id bigint)')
    await weir.sql('bob', 'insert into free values (1)')
    await weir.sql('bob', 'drop table free')
  })

  void test('a table that is named is for those who are allowed, each action by itself', async () => {
    await weir.policy('reading', { principals: ['group:analysts'], allow: ['table:read'], on: ['public.orders'] })
    await weir.policy('loading', { principals: ['user:etl'], allow: ['table:write'], on: ['public.orders'] })
    assert.equal(await countOf('ana', 'select * from orders'), 3)
    assert.equal(await countOf('weir', 'select * from orders'), 3)
    assert.equal(await countOf('root', 'select * from orders'), 3)
    const lacks = (user: string, action: string) =>
      denied(
        new RegExp(
          `permission denied for public.orders: user "${user}" lacks ${action} on public.orders: policies "loading", "reading" name it`,
        ),
      )
    for (const [user, action, texts] of [
      [
        'bob',
        'table:read',
        [
          'select 1 from orders',
          'table orders',
          'select (select max(id) from public.Orders)',
          'with x as (select * from orders) select 1 from x',
          'copy orders to stdout',
          'copy (select id from orders) to stdout',
          'explain select * from orders',
          'declare c cursor with hold for select * from orders',
          `select * from orders for version as of 'main'`,
          'insert into notes select id from orders',
          'create table stolen as select * from orders',
        ],
      ],
      [
        'etl',
        'table:read',
        [
          'select 1 from orders',
          'update orders set amount = 1',
          'delete from orders',
          'merge into orders using (select 1 as id) as n on orders.id = n.id when matched then delete',
          'insert into orders select * from orders',
          'insert into orders values (9) returning id',
        ],
      ],
      [
        'ana',
        'table:write',
        [
          'insert into orders values (9)',
          'update orders set amount = 1',
          'delete from orders where id = 1',
          'merge into orders using (select 1 as id) as n on orders.id = n.id when matched then delete',
          'truncate orders',
          'alter table orders add column x int',
        ],
      ],
      ['ana', 'table:drop', ['drop table orders', 'alter table orders rename to mine']],
    ] as const) {
      if (texts[0] === 'select 1 from orders') await weir.sql('weir', 'create table if not exists notes (id bigint)')
      for (const text of texts) await assert.rejects(weir.sql(user, text), lacks(user, action), `${user}: ${text}`)
    }
    assert.equal((await weir.sql('etl', `insert into orders values (4, 'Cy', 1)`)).rowCount, 1)
    assert.equal((await weir.sql('weir', `delete from orders where id = 4`)).rowCount, 1)
    await weir.sql('weir', 'drop table notes')
  })

  void test('has_table_privilege says what statements are then answered, to each user', async () => {
    const statements = {
      select: 'select 1 from orders',
      insert: 'insert into orders (id) select 1 where false',
      update: 'update orders set amount = 1 where false',
      delete: 'delete from orders where false',
    }
    for (const [user, granted] of [
      ['ana', ['select']],
      ['etl', ['insert']],
      ['bob', []],
      ['weir', ['select', 'insert', 'update', 'delete']],
    ] as const)
      for (const [privilege, statement] of Object.entries(statements)) {
        const call = `has_table_privilege('orders', '${privilege}') as table, has_any_column_privilege('orders', '${privilege}') as column`
        const is = (granted as readonly string[]).includes(privilege)
        assert.deepEqual(
          (await weir.sql(user, `select ${call}`)).rows,
          [{ table: is, column: is }],
          `${user} ${privilege}`,
        )
        if (is) await weir.sql(user, statement)
        else await assert.rejects(weir.sql(user, statement), { code: '42501' }, `${user}: ${statement}`)
      }
  })

  void test('each kind of statement that there is keeps to it: a new one has to be listed here', async () => {
    const none = 'speaks of no table by itself'
    const statements: Readonly<Record<string, string>> = {
      select: 'select 1 from orders',
      with: 'with a as (select * from orders) select 1 from a',
      values: 'values ((select max(id) from orders))',
      table: 'table orders',
      from: 'from orders',
      insert: 'insert into orders (id) values (1)',
      update: 'update orders set amount = 1',
      delete: 'delete from orders',
      merge: 'merge into orders using (select 1 as id) n on orders.id = n.id when matched then delete',
      truncate: 'truncate orders',
      create: 'create table got as select * from orders',
      alter: 'alter table orders add column more int',
      drop: 'drop table orders',
      explain: 'explain select * from orders',
      describe: 'describe orders',
      desc: 'desc select * from orders',
      copy: 'copy orders to stdout',
      declare: 'declare c cursor with hold for select * from orders',
      set: none,
      reset: none,
      show: none,
      begin: none,
      start: none,
      commit: none,
      end: none,
      rollback: none,
      abort: none,
      savepoint: none,
      release: none,
      discard: none,
      deallocate: none,
      fetch: none,
      move: none,
      close: none,
      listen: none,
      unlisten: none,
      lock: none,
    }
    assert.deepEqual(Object.keys(statements).toSorted(), Object.keys(statementKinds).toSorted())
    const bob = await weir.login('bob')
    // What is said of the session makes nobody another one.
    for (const text of ['set role weir', 'set session authorization weir', `set weir.principal = 'x'`])
      await bob.query(text).catch(() => undefined)
    for (const [word, text] of Object.entries(statements))
      if (text !== none) await assert.rejects(bob.query(text), { code: '42501' }, `${word}: ${text}`)
    for (const text of ['copy orders (id) from stdin', 'copy orders from stdin'])
      await assert.rejects(bob.query(text), { code: '42501' }, text)
  })

  void test('a view is read with the rights of the project; the table behind it stays closed', async () => {
    assert.equal(await countOf('bob', 'select * from by_customer'), 2)
    await assert.rejects(weir.sql('bob', 'select * from by_customer join orders using (customer)'), { code: '42501' })
    await weir.policy('views', { principals: ['group:analysts'], allow: ['table:read'], on: ['public.by_*'] })
    await assert.rejects(
      weir.sql('bob', 'select * from by_customer'),
      denied(/user "bob" lacks table:read on public.by_customer/),
    )
    assert.equal(await countOf('ana', 'select * from by_customer'), 2)
    await weir.withdraw('views')
  })

  void test('the catalog shows what may be seen, and proposes no other name', async () => {
    const names = async (user: string) => {
      const client = await weir.login(user)
      const lists: string[][] = []
      for (const text of [
        `select relname as name from pg_catalog.pg_class where relkind in ('r', 'v')`,
        'select table_name as name from information_schema.tables',
        'select tablename as name from pg_tables union select viewname from pg_views',
        'select distinct table_name as name from information_schema.columns',
      ])
        lists.push((await client.query(text)).rows.map(({ name }) => String(name)).toSorted())
      await client.end()
      for (const list of lists) assert.deepEqual(list, lists[0])
      return lists[0]
    }
    assert.deepEqual(await names('bob'), ['by_customer'])
    for (const user of ['ana', 'etl', 'weir']) assert.deepEqual(await names(user), ['by_customer', 'orders'], user)
    await assert.rejects(weir.sql('bob', 'select * from orderz'), (error: { hint?: string; message: string }) => {
      assert.match(error.message, /relation "orderz" does not exist/)
      assert.doesNotMatch(error.hint ?? '', /orders/)
      return true
    })
  })

  void test('what a policy becomes holds for the next statement of sessions that are open', async () => {
    const ana = await weir.login('ana')
    const select = { name: 'kept', text: 'select count(*)::int as n from orders where id > $1', values: [0] }
    assert.equal((await ana.query(select)).rows[0].n, 3)
    await weir.policy('reading', { principals: ['group:others'], allow: ['table:read'], on: ['public.orders'] })
    await assert.rejects(ana.query(select), { code: '42501' })
    await weir.policy('reading', { principals: ['group:analysts'], allow: ['table:read'], on: ['public.orders'] })
    assert.equal((await ana.query(select)).rows[0].n, 3)
    const etl = await weir.login('etl')
    await etl.query('begin')
    await etl.query(`insert into orders values (5, 'Di', 1)`)
    await weir.policy('stop', { principals: ['user:etl'], deny: ['table:write'], on: ['*'] })
    await assert.rejects(etl.query('commit'), denied(/policy "stop" denies user "etl" table:write on public.orders/))
    await weir.withdraw('stop')
    assert.equal(await countOf('weir', 'select * from orders where id = 5'), 0)
  })

  void test('tables are made, renamed and dropped by who may: also under names that are yet to come', async () => {
    await weir.policy('workshop', { principals: ['user:etl'], allow: ['table:create'], on: ['work.*'] })
    await assert.rejects(weir.sql('ana', 'create schema work'), denied(/"ana" lacks table:create on work\.\*/))
    await weir.sql('etl', 'create schema work')
    const [made] = await weir.supervisor.control.audit({ kind: 'schema', limit: 1 })
    assert.deepEqual([made?.actor, made?.action, made?.name], ['sql etl', 'create schema', 'work'])
    await weir.sql('root', 'create schema roots')
    const [rooted] = await weir.supervisor.control.audit({ kind: 'schema', limit: 1 })
    assert.deepEqual([rooted?.actor, rooted?.name], ['sql root', 'roots'])
    await weir.sql('etl', 'create table work.made as select 1 as id')
    for (const [user, text] of [
      ['ana', 'create table work.other (id int)'],
      ['ana', 'create table work.other as select 1 as id'],
      ['ana', 'select * from work.made'],
      ['etl', 'select * from work.made'],
      ['etl', 'drop table work.made'],
      ['etl', 'alter table work.made rename to moved'],
      ['etl', 'drop schema work'],
    ] as const)
      await assert.rejects(weir.sql(user, text), { code: '42501' }, `${user}: ${text}`)
    await weir.sql('weir', 'drop table work.made')
    await weir.sql('weir', 'drop schema work')
    await weir.withdraw('workshop')
  })
})
