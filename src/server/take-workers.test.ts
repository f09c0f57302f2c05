import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { withHttpServer } from '../../test/support/http-server.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { HttpServerOptions } from './http-server-options.ts'

/** What one request hears, and what of it was taken as a worker's connection. */
async function ask(options: Partial<HttpServerOptions>, head: string): Promise<{ heard: string; taken: string[] }> {
  const taken: string[] = []
  const acceptWorker: HttpServerOptions['acceptWorker'] = (connection, rest) => {
    taken.push(rest.toString())
    connection.end('welcome')
  }
  let heard = ''
  await withHttpServer({ acceptWorker, ...options }, async (app) => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined).on('data', (chunk) => (heard += chunk.toString()))
    await once(socket, 'connect')
    socket.write(head.replaceAll('\n', '\r\n'))
    await waitUntil('an answer', () => heard.includes('\r\n\r\n') && (taken.length === 0 || heard.endsWith('welcome')))
    socket.destroy()
  })
  return { heard, taken }
}

const path = '/api/v1/workers'
const upgrade = 'connection: Upgrade\nupgrade: weir-worker\n'
const join = `POST ${path} HTTP/1.1\nhost: 127.0.0.1\n${upgrade}`
const token = 'a-token-that-is-long-enough'

void test('a worker is taken in, with what it said already', async () => {
  const { heard, taken } = await ask({}, `${join}\nfirst`)
  assert.match(heard, /^HTTP\/1\.1 101 /)
  assert.deepEqual(taken, ['first'])
})

void test('where a token is asked for, a worker without it is refused, and one with it is taken in', async () => {
  for (const shown of ['', 'authorization: Bearer another\n', `cookie: weir-token=${token}\n`]) {
    const { heard, taken } = await ask({ token }, `${join}${shown}\n`)
    assert.match(heard, /^HTTP\/1\.1 401 [\s\S]*WEIR-7008/, shown)
    assert.deepEqual(taken, [], shown)
  }
  const { taken } = await ask({ token }, `${join}authorization: Bearer ${token}\n\n`)
  assert.equal(taken.length, 1)
})

void test('no page of a browser gets in', async () => {
  const foreign = [`${join}origin: http://evil.example\n\n`, `${join.replace('127.0.0.1', 'evil.example')}\n`]
  for (const head of foreign) {
    const { heard, taken } = await ask({}, head)
    assert.match(heard, /^HTTP\/1\.1 403 [\s\S]*WEIR-7009/, head)
    assert.deepEqual(taken, [])
  }
})

void test('another path, another verb and another upgrade take nobody in', async () => {
  const wrong = [join.replace(path, '/api/v1/other'), join.replace('POST', 'GET')]
  for (const head of wrong) {
    const { heard, taken } = await ask({}, `${head}\n`)
    assert.match(heard, /^HTTP\/1\.1 400 [\s\S]*WEIR-7007/, head)
    assert.deepEqual(taken, [])
  }
  // Java's clients ask for this one with every request, and are answered as if they had not.
  const java = await ask({}, 'GET /health HTTP/1.1\nhost: 127.0.0.1\nconnection: Upgrade\nupgrade: h2c\n\n')
  assert.match(java.heard, /^HTTP\/1\.1 200 /)
})
