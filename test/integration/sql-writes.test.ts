import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { restartableWeir, type RestartableWeir } from '../fault/restartable-weir.ts'
import { timesById } from '../fault/sql-of.ts'
import { eventually } from '../support/deadline.ts'
import { connectApi } from '../../src/cli/weir-client.ts'

const project = `import { defineProject, delivery, stream, table } from 'weir-data'
const events = stream('events', { partitions: 2, value: 'json' })
const rows = table('events', { columns: { id: 'long', item: 'string' } })
export default defineProject({
  name: 'writes',
  resources: [events, rows, table('notes', { columns: { id: 'long', text: 'string' } }), delivery('load', { from: events, to: rows, flush: { age: '1 hour' } })],
})
`

void test('statements write to a table that a delivery fills: rows of others to the delivery, whose proof goes on', async () => {
  await using weir = await restartableWeir('sql-writes', { project })
  await weir.start()
  await using client = await connected(weir)
  await produce(weir, [1, 2, 3, 4])
  await shows(weir, [1, 2, 3, 4])
  // The four are in the tail: no snapshot has them. An INSERT needs none of them, what looks for rows commits them first.
  await client.query(`insert into events (id, item) values (100, 'mine')`)
  await shows(weir, [1, 2, 3, 4, 100])
  const { rows } = await client.query('select _source, _offset from events where id = 100')
  assert.deepEqual(rows, [{ _source: null, _offset: null }])
  await verifies(weir, 'proven')
  assert.equal((await client.query(`update events set item = 'changed' where id in (2, 100)`)).rowCount, 2)
  await shows(weir, [1, 2, 3, 4, 100])
  await verifies(weir, 'proven')
  await produce(weir, [5, 6])
  assert.equal((await client.query('delete from events where id in (1, 5)')).rowCount, 2)
  await shows(weir, [2, 3, 4, 6, 100])
  await produce(weir, [7])
  await connectApi(`http://127.0.0.1:${weir.ports.http}`).call('POST', '/api/v1/deliveries/load/flush', {})
  await shows(weir, [2, 3, 4, 6, 7, 100])
  // Others removed two rows: the proof says what it can still prove.
  await verifies(weir, 'cannot tell')
  await client.query('begin')
  await client.query(`insert into notes select id, item from events where item is not null`)
  await client.query(`delete from events where id = 100`)
  await client.query('commit')
  assert.deepEqual((await client.query(`select id from notes order by 1`)).rows, [{ id: '2' }, { id: '100' }])
  await shows(weir, [2, 3, 4, 6, 7])
  const told = await weir.command('sql', `insert into notes values (9, 'by the command')`)
  assert.equal(told.code, 0, told.stderr)
  assert.match(told.stdout, /^INSERT 0 1$/m)
  const refused = await weir.command('sql', 'drop table notes')
  assert.match(refused.stderr, /the project declares the table public\.notes/)
  // Somebody takes a declared table away by the catalog: no other one may come in its place.
  const renamed = await fetch(`http://127.0.0.1:${weir.ports.http}/iceberg/v1/tables/rename`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      source: { namespace: ['public'], name: 'notes' },
      destination: { namespace: ['public'], name: 'elsewhere' },
    }),
  })
  assert.equal(renamed.status, 204, await renamed.text())
  for (const text of ['create table notes (id int)', 'create table notes as select 1 as id'])
    await assert.rejects(
      client.query(text),
      { code: '42P07', message: /the project declares a table public\.notes/ },
      text,
    )
  await client.query('alter table elsewhere rename to notes')
  const status = await weir.command('status')
  assert.match(status.stdout, /writer/)
  assert.doesNotMatch(status.stdout, /has stopped|Failed/)
})

void test('statements and a delivery write one keyed table: no key twice, the later one wins', async () => {
  const keyed = project
    .replace(`columns: { id: 'long', item: 'string' } }`, `columns: { id: 'long', item: 'string' }, key: ['id'] }`)
    .replace(`partitions: 2`, `partitions: 1`)
  await using weir = await restartableWeir('sql-key-writes', { project: keyed })
  await weir.start()
  await using client = await connected(weir)
  await produce(weir, [1, 2, 3])
  await shows(weir, [1, 2, 3])
  // Accepted, and in no snapshot yet.
  const twice = { code: '23505', detail: 'Key (id)=(2) already exists.' }
  await assert.rejects(client.query(`insert into events (id, item) values (4, 'mine'), (2, 'mine')`), twice)
  const put = `insert into events (id, item) values (4, 'mine'), (2, 'mine') on conflict (id) do update set item = excluded.item`
  assert.equal((await client.query(put)).rowCount, 2)
  assert.equal((await client.query(`insert into events (id) values (3), (5) on conflict do nothing`)).rowCount, 1)
  await shows(weir, [1, 2, 3, 4, 5])
  await produce(weir, [4, 6])
  await shows(weir, [1, 2, 3, 4, 5, 6])
  await connectApi(`http://127.0.0.1:${weir.ports.http}`).call('POST', '/api/v1/deliveries/load/flush', {})
  await shows(weir, [1, 2, 3, 4, 5, 6])
  const { rows } = await client.query(`select id, item from events where id in (2, 4) order by id`)
  assert.deepEqual(rows, [
    { id: '2', item: 'mine' },
    { id: '4', item: null },
  ])
  const refused = await weir.command('sql', 'insert into events (id) values (6)')
  assert.match(
    refused.stderr,
    /duplicate key value violates unique constraint "events_pkey"\. Key \(id\)=\(6\) already exists/,
  )
})

async function connected(weir: RestartableWeir) {
  const client = new pg.Client({ host: '127.0.0.1', port: weir.ports.postgres, user: 'weir', database: 'weir' })
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

async function produce(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  const records = ids.map((id) => ({ key: String(id), value: JSON.stringify({ id }) }))
  await connectApi(`http://127.0.0.1:${weir.ports.http}`).call('POST', '/api/v1/streams/events/records', { records })
}

async function shows(weir: RestartableWeir, ids: readonly number[]): Promise<void> {
  await eventually(`the rows ${ids.join()}`, async () => {
    const found = await timesById(weir, 'events')
    const isSame = found.size === ids.length && ids.every((id) => found.get(id) === 1)
    return isSame ? true : undefined
  })
}

async function verifies(weir: RestartableWeir, outcome: 'proven' | 'cannot tell'): Promise<void> {
  const { code, stdout, stderr } = await weir.command('verify')
  if (outcome === 'proven') return assert.equal(code, 0, stdout + stderr)
  assert.equal(code, 4, stdout + stderr)
  assert.match(stdout, /cannot tell: .*others have removed rows/)
}
