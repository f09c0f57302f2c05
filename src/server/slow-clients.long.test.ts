import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { withHttpServer } from '../../test/support/http-server.ts'
import { pretendOperations } from '../../test/support/pretended-operations.ts'
import { waitUntil } from '../../test/support/wait-until.ts'
import type { Operations } from '../platform/operations.ts'
import { defaultLimits, type HttpLimits } from './http-limits.ts'

interface Served {
  readonly port: number
  /** A connection that says this; what it hears, and whether it was ended, is there to look at. */
  readonly say: (text: string) => Promise<Heard>
  readonly health: () => Promise<number>
}

interface Heard {
  readonly socket: Socket
  readonly text: () => string
  readonly isOver: () => boolean
}

async function served(
  limits: Partial<HttpLimits>,
  run: (server: Served) => Promise<void>,
  operations: Operations = pretendOperations(),
): Promise<void> {
  const sockets: Socket[] = []
  await withHttpServer({ limits: { ...defaultLimits, ...limits }, operations }, async (app) => {
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as { port: number }
    const say = async (text: string): Promise<Heard> => {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      let [heard, over] = ['', false]
      socket.on('error', () => (over = true)).on('close', () => (over = true))
      await once(socket, 'connect')
      socket.write(text)
      socket.on('data', (chunk) => (heard += chunk.toString()))
      return { socket, text: () => heard, isOver: () => over }
    }
    const health = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/health`, { headers: { connection: 'close' } })).status
    await run({ port, say, health }).finally(() => sockets.forEach((socket) => socket.destroy()))
  })
}

const head = 'host: 127.0.0.1\r\ncontent-type: application/json\r\n'

void test('headers that do not end, and connections that say nothing, are let go', () =>
  served({ headersMs: 150 }, async ({ say, health }) => {
    const silent = await say('')
    const slow = await say('GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n')
    assert.equal(await health(), 200)
    await waitUntil('both are let go', () => silent.isOver() && slow.isOver())
    assert.equal(await health(), 200)
  }))

void test('a body that comes a byte at a time is let go', () =>
  served({ requestMs: 300, headersMs: 150 }, async ({ say, health }) => {
    const slow = await say(`POST /api/v1/sql HTTP/1.1\r\n${head}content-length: 1000000\r\n\r\n{"sql":"`)
    const dribble = setInterval(() => slow.socket.writable && slow.socket.write('x'), 20)
    try {
      assert.equal(await health(), 200)
      await waitUntil('it is let go', slow.isOver)
    } finally {
      clearInterval(dribble)
    }
  }))

void test('a body beyond the limit is refused with its code, announced or not', () =>
  served({ bodyBytesMax: 10_000 }, async ({ say, health }) => {
    const announced = await say(`POST /api/v1/sql HTTP/1.1\r\n${head}content-length: 20000\r\n\r\n{`)
    await waitUntil('the refusal', () => /^HTTP\/1\.1 413 [\s\S]*WEIR-7011[\s\S]*10000 bytes/.test(announced.text()))
    const chunked = await say(`POST /api/v1/sql HTTP/1.1\r\n${head}transfer-encoding: chunked\r\n\r\n`)
    for (let sent = 0; sent < 20 && chunked.socket.writable; sent++)
      chunked.socket.write(`400\r\n${'x'.repeat(1024)}\r\n`)
    await waitUntil('the refusal of what was not announced', () =>
      /^HTTP\/1\.1 413 [\s\S]*WEIR-7011/.test(chunked.text()),
    )
    assert.equal(await health(), 200)
  }))

void test('a client that reads nothing of its answer takes a bounded part of it, and is let go', async () => {
  let batches = 0
  const operations: Operations = {
    ...pretendOperations(),
    sql: {
      query: async () => ({
        columns: [{ name: 'x', type: 'text' }],
        batches: endless(() => batches++),
        notices: [],
        engine: 'DuckDB',
      }),
    },
  }
  const ask = '{"sql":"select"}'
  const request = `POST /api/v1/sql HTTP/1.1\r\n${head}accept: application/x-ndjson\r\ncontent-length: ${ask.length}\r\n\r\n${ask}`
  await served(
    { stallMs: 300 },
    async ({ say, health }) => {
      const rude = await say('')
      rude.socket.removeAllListeners('data')
      rude.socket.pause()
      rude.socket.write(request)
      await waitUntil('rows are asked for', () => batches > 0)
      const soon = await waitUntil('no more are asked for', async () => {
        const before = batches
        await pause(50)
        return before === batches ? before : 0
      })
      // What lies in buffers of the kernel and of ours: megabytes, whatever the query has.
      assert.ok(soon < 500, `${soon} batches of 64 KB were read ahead`)
      assert.equal(await health(), 200)
      await waitUntil('the query has ended', () => ended)
      rude.socket.resume()
      await waitUntil('it was let go', rude.isOver)
    },
    operations,
  )
})

let ended = false
async function* endless(count: () => void): AsyncIterable<readonly (readonly unknown[])[]> {
  try {
    for (;;) {
      count()
      yield [['x'.repeat(65_536)]]
    }
  } finally {
    ended = true
  }
}

void test('an answer that takes longer than a client may stall is waited for', () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const plain = pretendOperations()
  const operations: Operations = {
    ...plain,
    sql: { query: (...words) => promise.then(() => plain.sql.query(...words)) },
  }
  return served(
    { stallMs: 50 },
    async ({ port }) => {
      const answer = fetch(`http://127.0.0.1:${port}/api/v1/sql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"sql":"select"}',
      })
      setTimeout(resolve, 300)
      assert.equal((await answer).status, 200)
    },
    operations,
  )
})

void test('more connections than there may be are refused at once, and there is room when others go', () =>
  served({ connectionsMax: 20 }, async ({ say, health }) => {
    const first = await Promise.all(Array.from({ length: 20 }, () => say('')))
    await assert.rejects(health())
    for (const { socket } of first.slice(0, 5)) socket.destroy()
    await waitUntil('room again', () =>
      health().then(
        (status) => status === 200,
        () => false,
      ),
    )
  }))
