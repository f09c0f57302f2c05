import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { ordersTable, startTestEngine, type TestEngine } from '../../../test/support/sql-engine.ts'
import type { PostgresPort, PostgresPortConfig } from './postgres-port.ts'
import { startPostgresPort } from './start-postgres-port.ts'

let server: TestEngine
const ports: PostgresPort[] = []
const clients: pg.Client[] = []

before(async () => {
  server = await startTestEngine([ordersTable])
})
after(async () => {
  await Promise.all(clients.map((client) => client.end().catch(() => {})))
  await Promise.all(ports.map((port) => port.stop()))
  await server.stop()
})

async function open(config: Partial<PostgresPortConfig> = {}): Promise<PostgresPort> {
  const port = await startPostgresPort({
    host: '127.0.0.1',
    port: 0,
    auth: { kind: 'trust' },
    engine: async () => server.socketPath,
    ...config,
  })
  ports.push(port)
  return port
}

async function login({ port }: PostgresPort, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'weir', database: 'weir', ...options })
  client.on('error', () => {})
  await client.connect()
  clients.push(client)
  return client
}

void test('lets anybody in under trust, and answers through the relay', async () => {
  const client = await login(await open())
  assert.deepEqual((await client.query('select count(*) from orders')).rows, [{ count: '5' }])
  const { rows } = await client.query('select range as n from range(200000)')
  assert.equal(rows.length, 200_000)
  assert.equal(rows[199_999].n, '199999')
})

void test('asks for the password by SCRAM-SHA-256', async () => {
  const port = await open({ auth: { kind: 'scram', user: 'weir', password: 'geheim' } })
  const client = await login(port, { password: 'geheim' })
  assert.deepEqual((await client.query('select 1 as a')).rows, [{ a: 1 }])
  await assert.rejects(login(port, { password: 'falsch' }), { code: '28P01' })
  await assert.rejects(login(port, { user: 'other', password: 'geheim' }), { code: '28P01' })
})

void test('cancels through the relay', { timeout: 20_000 }, async () => {
  const port = await open()
  const client = await login(port)
  const running = client.query('select count(*) from range(1000000000) a, range(1000000) b')
  const { processID, secretKey } = client as unknown as { processID: number; secretKey: number }
  const request = Buffer.alloc(16)
  for (const [i, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value, i * 4)
  // The query may not have started when the request arrives, which PostgreSQL's clients know: ask until it ends.
  const again = setInterval(() => connect(port.port, '127.0.0.1').end(request), 50)
  await assert.rejects(running, { code: '57014' })
  clearInterval(again)
})

void test('refuses more connections than it may have, garbage, and clients that say nothing', async () => {
  const port = await open({ connectionsMax: 1, startupTimeoutMs: 200 })
  await login(port)
  await assert.rejects(login(port), { code: '53300' })
  assert.match(await answerTo(port.port, Buffer.from('GET / HTTP/1.1\r\n\r\n')), /08P01/)
  assert.equal(await answerTo(port.port, Buffer.alloc(0)), '')
})

void test('a client waits for an engine that starts, longer than it may take itself to say who it is', async () => {
  const startupTimeoutMs = 100
  const started = Promise.withResolvers<void>()
  const port = await open({
    startupTimeoutMs,
    async engine() {
      await started.promise
      return server.socketPath
    },
  })
  const waiting = login(port)
  // One that says nothing is cut only then.
  assert.equal(await answerTo(port.port, Buffer.alloc(0)), '')
  started.resolve()
  assert.deepEqual((await (await waiting).query('select 1 as a')).rows, [{ a: 1 }])
})

void test('tells the client why, when the engine dies', async () => {
  const own = await startTestEngine([ordersTable])
  const sockets = own.socketPath
  let reason: 'memory' | 'crash' = 'crash'
  const port = await open({ engine: async () => sockets, reasonOfEnd: () => reason })
  const client = await login(port)
  const failed = client.query('select count(*) from range(1000000000) a, range(1000000) b')
  const told = assert.rejects(failed, (error: pg.DatabaseError) => error.code === '57P02' || error.code === '57014')
  await own.stop()
  await told
  reason = 'memory'
  await assert.rejects(login(port), { code: '57P03' })
})

function answerTo(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
    socket.on('close', () => resolve(answer))
    socket.on('error', () => {})
  })
}

void test('a user of the project shows its own password under trust too, and no client names its principal', async () => {
  const users = new Map([['ana', { password: 'hers', principal: 'user:ana' }]])
  const folder = mkdtempSync(join(tmpdir(), 'weir-spy-'))
  const told: string[] = []
  const port = await open({ users, engine: () => spyOnStartup(folder, told) })
  await assert.rejects(login(port, { user: 'ana' }), /password/)
  await assert.rejects(login(port, { user: 'ana', password: 'wrong' }), { code: '28P01' })
  assert.deepEqual(told, [])
  await login(port, { user: 'ana', password: 'hers' }).catch(() => undefined)
  const words = Buffer.from('user\0weir\0weir.principal\0user:root\0database\0weir\0\0')
  const head = Buffer.alloc(8)
  head.writeInt32BE(words.length + 8, 0)
  head.writeInt32BE(3 << 16, 4)
  await answerTo(port.port, Buffer.concat([head, words]))
  assert.equal(told.length, 2)
  assert.match(told[0]!, /weir\.principal\0user:ana\0/)
  assert.doesNotMatch(told[1]!, /weir\.principal|user:root/)
  rmSync(folder, { recursive: true })
})

/** An engine that hears what the relay says first, and closes. */
async function spyOnStartup(folder: string, told: string[]): Promise<string> {
  const path = join(folder, `${told.length}.sock`)
  const server = createServer((socket) => {
    socket.once('data', (chunk) => {
      told.push(chunk.toString('latin1'))
      socket.destroy()
      server.close()
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(path, () => resolve()))
  return path
}

void test('who guesses passwords waits longer each time, and no more than ten of an address do at once', async () => {
  const port = await open({ auth: { kind: 'scram', password: 'geheim' }, failedLoginMs: 20 })
  const guess = () =>
    login(port, { password: 'falsch' }).then(
      () => 'in',
      (error: { code?: string }) => error.code,
    )
  for (let n = 0; n < 4; n++) assert.equal(await guess(), '28P01')
  const started = performance.now()
  assert.equal(await guess(), '28P01')
  assert.ok(performance.now() - started >= 16 * 20 * 0.9)
  const crowd = await Promise.all(Array.from({ length: 40 }, guess))
  assert.ok(!crowd.includes('in'))
  assert.ok(crowd.filter((code) => code === '28P01').length >= 10)
  assert.deepEqual((await (await login(port, { password: 'geheim' })).query('select 1 as a')).rows, [{ a: 1 }])
})
