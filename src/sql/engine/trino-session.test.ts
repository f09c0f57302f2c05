import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type pg from 'pg'
import { type RecordedTrino, recordings, startRecordedTrino } from '../../../test/support/recorded-trino.ts'
import { cheapView, ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'
import { createTrinoClient } from '../trino/trino-client.ts'
import { chosenTrino } from './trino-session.ts'

/** Trino's side is played from what a Trino has answered; `sql-trino` in `npm run conformance` has the real one. */
void suite('a session that Trino answers', () => {
  let trino: RecordedTrino
  let server: TestEngine
  let client: pg.Client
  before(async () => {
    trino = await startRecordedTrino()
    const config = { url: trino.url, user: 'weir', catalog: 'w', schema: 'public' }
    server = await startTestEngine([ordersTable], [cheapView], { trino: config })
    client = await server.client()
  })
  after(async () => {
    await server.stop()
    await trino.stop()
  })

  void test('has its rows, and says whose they are', async () => {
    const { rows, fields } = await client.query(recordings['rows']!.text)
    assert.deepEqual(rows, [
      { n: '1', v: '1' },
      { n: '2', v: '2' },
      { n: '3', v: '3' },
    ])
    assert.deepEqual(
      fields.map(({ dataTypeID }) => dataTypeID),
      [20, 25],
    )
    assert.deepEqual((await client.query('show weir.engine')).rows, [{ 'weir.engine': `Trino at ${trino.url}` }])
    assert.match((await client.query('select version()')).rows[0].version, /, by Trino at http/)
    await assert.rejects(client.query('set weir.engine = duckdb'), { code: '55P02' })
  })

  void test('asks the port itself for the catalog of PostgreSQL', async () => {
    trino.asked.length = 0
    const { rows } = await client.query(`select relname from pg_class where relname in ('orders', 'cheap') order by 1`)
    assert.deepEqual(rows, [{ relname: 'cheap' }, { relname: 'orders' }])
    await assert.rejects(client.query('select relname from pg_class, orders'), { code: '0A000', message: /not both/ })
    assert.deepEqual(trino.asked, [])
  })

  void test('writes nothing, and reads no view of the project', async () => {
    trino.asked.length = 0
    for (const text of [
      'insert into orders values (1)',
      'drop table orders',
      'copy orders from stdin',
      'create table t (id int)',
    ])
      await assert.rejects(client.query(text), { code: '0A000', message: /is not sent to Trino at/ }, text)
    assert.deepEqual(trino.asked, [])
    await assert.rejects(client.query('select * from cheap'), {
      code: '0A000',
      position: '15',
      message: /is a view of the project/,
    })
  })

  void test('says what Trino says is wrong, and ends what it cannot show', async () => {
    await assert.rejects(client.query(`/* x */ ${recordings['wrong']!.text}`), { code: '42703' })
    await assert.rejects(client.query(recordings['later']!.text), { code: '22012' })
    await assert.rejects(client.query(recordings['sketch']!.text), { code: '0A000', message: /HyperLogLog/ })
    assert.match(trino.asked.at(-1)!, /^(DELETE|GET)/)
  })

  void test('may begin with the embedded engine, which is the only one for users that policies bind', async () => {
    const own = await server.client({ options: '-c weir.engine=DuckDB' } as pg.ClientConfig)
    assert.equal((await own.query('select count(*) from cheap')).rows[0].count, '3')
    await assert.rejects(server.client({ options: '-c weir.engine=spark' }), {
      code: '22023',
      hint: 'There are DuckDB and Trino.',
    })
    const config = { url: trino.url, user: 'weir', catalog: 'w', schema: 'public' }
    const services = { config, client: createTrinoClient(config) }
    assert.throws(() => chosenTrino(services, {}, 'user:ana'), { code: 'WEIR-6004', message: /administrators only/ })
    assert.equal(chosenTrino(services, { options: '-c weir.engine=duckdb' }, 'user:ana'), undefined)
    for (const one of [null, 'administrator:root']) assert.equal(chosenTrino(services, {}, one), services)
    assert.equal(chosenTrino(undefined, {}, 'user:ana'), undefined)
  })

  void test('is told when Trino is away, and goes on', async () => {
    trino.troubles.push('break')
    await assert.rejects(client.query('select 1'), { code: '57P03', message: /^Trino at http.* cannot be reached/ })
    assert.equal((await client.query(recordings['rows']!.text)).rows.length, 3)
  })
})
