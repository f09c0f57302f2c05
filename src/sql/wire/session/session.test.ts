import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectRaw, type RawPostgres, rowOf, typeOf } from '../../../../test/support/raw-postgres.ts'
import { ordersTable, startTestEngine, type TestEngine } from '../../../../test/support/sql-engine.ts'
import type { RawMessage } from '../message-stream.ts'

let server: TestEngine
let client: RawPostgres

before(async () => {
  server = await startTestEngine([ordersTable])
  client = await connectRaw({ path: server.socketPath })
})
after(async () => {
  client.close()
  await server.stop()
})

const types = (messages: readonly RawMessage[]) => messages.map(typeOf).join('')
const values = (messages: readonly RawMessage[]) =>
  messages.filter((message) => typeOf(message) === 'D').map((message) => rowOf(message).map(String))
const query = (sql: string) => {
  client.send('Q', (out) => out.cString(sql))
  return client.ready()
}
const statusOf = (messages: readonly RawMessage[]) => String.fromCharCode(messages.at(-1)!.body[0]!)

void test('a portal gives its rows in parts, and others run between', async () => {
  await query('begin')
  client.parse('all', 'select range from range(5000)')
  client.bind('p', 'all')
  client.execute('p', 2)
  assert.equal(types(await client.sync()), '12DDsZ')
  assert.deepEqual(values(await query('select count(*) from orders')), [['5']])
  client.execute('p', 3)
  const more = await client.sync()
  assert.deepEqual(values(more), [['2'], ['3'], ['4']])
  client.execute('p', 0)
  const rest = await client.sync()
  assert.equal(values(rest).length, 4995)
  client.execute('p', 0)
  assert.equal(types(await client.sync()), 'CZ')
  await query('commit')
  client.execute('p', 0)
  assert.equal(types(await client.sync()), 'EZ')
  client.send('C', (out) => out.cString('Sall'))
  await client.sync()
})

void test('after an error everything is skipped until Sync, and then it goes on', async () => {
  client.parse('', 'select nope')
  client.bind('', '')
  client.describe('P', '')
  client.execute('')
  client.parse('x', 'select 1')
  assert.equal(types(await client.sync()), '12EZ')
  client.describe('S', 'x')
  assert.equal(types(await client.sync()), 'EZ')
  client.parse('', 'select 1')
  client.bind('', '')
  client.execute('')
  assert.equal(types(await client.sync()), '12DCZ')
})

void test('several executions go out before one Sync', async () => {
  for (let i = 0; i < 3; i++) {
    client.parse('', `select ${i}`)
    client.bind('', '')
    client.execute('')
  }
  const messages = await client.sync()
  assert.deepEqual(values(messages), [['0'], ['1'], ['2']])
})

void test('describes a statement with its parameters before it is bound', async () => {
  client.parse('d', 'select id, price from orders where id = $1 and item like $2')
  client.describe('S', 'd')
  const [, parameters, columns] = await client.sync()
  assert.deepEqual(
    [parameters!.body.readInt16BE(0), parameters!.body.readInt32BE(2), parameters!.body.readInt32BE(6)],
    [2, 20, 25],
  )
  assert.equal(columns!.body.readInt16BE(0), 2)
  const id = Buffer.alloc(8)
  id.writeBigInt64BE(3n)
  client.bind('', 'd', { values: [id, Buffer.from('item%')], valueFormat: 1 })
  client.execute('')
  assert.deepEqual(values(await client.sync()), [['3', '7.50']])
})

void test('answers empty queries, unknown names and a statement that is there twice', async () => {
  assert.equal(types(await query(' ; ')), 'IZ')
  client.parse('', '')
  client.bind('', '')
  client.describe('P', '')
  client.execute('')
  assert.equal(types(await client.sync()), '12nIZ')
  client.bind('', 'unknown')
  assert.equal(types(await client.sync()), 'EZ')
  client.parse('twice', 'select 1')
  client.parse('twice', 'select 2')
  assert.equal(types(await client.sync()), '1EZ')
  client.parse('', 'select 1; select 2')
  assert.equal(types(await client.sync()), 'EZ')
})

void test('tells the state of the transaction with each ReadyForQuery', async () => {
  assert.equal(statusOf(await query('begin')), 'T')
  assert.equal(statusOf(await query('select nope')), 'E')
  assert.equal(statusOf(await query('select 1')), 'E')
  assert.equal(statusOf(await query('rollback')), 'I')
  assert.equal(statusOf(await query('begin; select 1; commit')), 'I')
})

void test('copies out as text and CSV', async () => {
  const copied = async (sql: string) =>
    (await query(sql))
      .filter((message) => typeOf(message) === 'd')
      .map(({ body }) => body.toString())
      .join('')
  assert.equal(await copied("copy (select 1 as a, null as b, 'x\ty\\' as c) to stdout"), '1\t\\N\tx\\ty\\\\\n')
  assert.equal(
    await copied(`copy (select 1 as a, null as b, '' as c, 'say "hi", you' as d) to stdout with (format csv, header)`),
    'a,b,c,d\n1,,"","say ""hi"", you"\n',
  )
  assert.equal((await copied('copy orders (id) to stdout csv')).split('\n').length, 6)
})

void test(
  'a large result to a client that does not read costs little memory, and arrives whole',
  { timeout: 60_000 },
  async () => {
    const reader = await connectRaw({ path: server.socketPath })
    await query('select 1')
    const before = process.memoryUsage().rss
    reader.socket.pause()
    reader.send('Q', (out) => out.cString("select range, repeat('x', 200) from range(2000000)"))
    // While the reader sleeps, the session waits for it and others are served.
    for (let i = 0; i < 100; i++) await query('select count(*) from orders')
    const grown = process.memoryUsage().rss - before
    assert.ok(grown < 150e6, `${grown} bytes for a result of 440 MB that nobody reads`)
    reader.close()
    assert.deepEqual(values(await query('select 1')), [['1']])
  },
)

void test('a client that goes away while its query runs frees the engine', { timeout: 20_000 }, async () => {
  const leaver = await connectRaw({ path: server.socketPath })
  leaver.send('Q', (out) => out.cString('select count(*) from range(1000000000) a, range(1000000) b'))
  while (server.engine.status().running === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  leaver.close()
  while (server.engine.status().running > 0 || server.engine.status().sessions > 1)
    await new Promise((resolve) => setTimeout(resolve, 5))
})

void test('garbage ends the connection with a word, and no other', async () => {
  const other = await connectRaw({ path: server.socketPath })
  let answer = ''
  other.socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
  const closed = new Promise((resolve) => other.socket.once('close', resolve))
  other.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3]))
  await closed
  assert.match(answer, /FATAL.*08P01/s)
  assert.deepEqual(values(await query('select 1')), [['1']])
})
