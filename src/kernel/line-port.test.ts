import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { waitUntil } from '../../test/support/wait-until.ts'
import { openChannel } from './channel.ts'
import { linePortLimits, openLinePort, type LinePort } from './line-port.ts'
import { sharePort } from './shared-port.ts'

const quick = { ...linePortLimits, beatMs: 20, silenceMs: 200, lineBytesMax: 1000 }

/** Two ends of a connection of loopback. */
async function withSockets(work: (left: Socket, right: Socket) => Promise<void>): Promise<void> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const left = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [right] = (await once(server, 'connection')) as [Socket]
  try {
    await work(left, right)
  } finally {
    left.destroy()
    right.destroy()
    server.close()
  }
}

const closed = (port: LinePort): Promise<void> => new Promise((resolve) => port.onClose(resolve))

void test('calls go both ways over one connection, each on the channel that it was made on', async () => {
  await withSockets(async (left, right) => {
    const ports = [left, right].map((socket) => sharePort(openLinePort(socket, Buffer.alloc(0), quick)))
    const answering = (name: string) => ({ who: ({ from }: { from: string }) => `${name} answers ${from}` })
    const ends = ports.map((port, side) =>
      ['one', 'two'].map((name) =>
        openChannel<ReturnType<typeof answering>>(port.open(name), answering(`${name} of ${side}`)),
      ),
    )
    const answers = await Promise.all(ends.flat().map((channel, at) => channel.call('who', { from: `${at} 漢\n` })))
    assert.deepEqual(answers, [
      'one of 1 answers 0 漢\n',
      'two of 1 answers 1 漢\n',
      'one of 0 answers 2 漢\n',
      'two of 0 answers 3 漢\n',
    ])
  })
})

void test('what was read before the connection was ours is read too', async () => {
  await withSockets(async (left) => {
    const heard: unknown[] = []
    const port = openLinePort(left, Buffer.from('{"a":1}\n{"b'), quick)
    port.onMessage((message) => heard.push(message))
    await waitUntil('the first line', () => heard.length === 1)
    assert.deepEqual(heard, [{ a: 1 }])
    port.close()
  })
})

void test('an idle connection stays; one whose other side falls silent is closed, and its calls fail', async () => {
  await withSockets(async (left, right) => {
    const [mine, theirs] = [openLinePort(left, Buffer.alloc(0), quick), openLinePort(right, Buffer.alloc(0), quick)]
    const channel = openChannel<{ never: () => unknown }>(mine, {})
    openChannel(theirs, { never: () => new Promise(() => undefined) })
    const call = channel.call('never', undefined as never)
    let isOpen = true
    void closed(mine).then(() => (isOpen = false))
    let beats = 0
    left.on('data', () => beats++)
    await waitUntil('beats over twice the silence', () => beats > (2 * quick.silenceMs) / quick.beatMs)
    assert.ok(isOpen)
    // Cut off: nothing more is said, and the connection stays open below.
    right.removeAllListeners('data')
    right.pause()
    right.write = () => true
    await assert.rejects(call, { code: 'WEIR-2002' })
    await closed(mine)
  })
})

void test('who sends no JSON, no message, or a line without end is let go', async () => {
  const garbage = [
    'GET / HTTP/1.1\r\n\r\n',
    'x'.repeat(2000),
    'null\n',
    '1\n',
    '{"on":"one","message":7}\n',
    '\0\xff\n',
  ]
  for (const sent of garbage)
    await withSockets(async (left, right) => {
      const port = openLinePort(left, Buffer.alloc(0), quick)
      const answered = openChannel<{ never: () => unknown }>(sharePort(port).open('one'), {})
      right.on('error', () => undefined)
      right.write(sent)
      await closed(port)
      await assert.rejects(answered.call('never', undefined as never), { code: 'WEIR-2002' }, sent)
    })
})

void test('who is there but reads nothing is let go before much waits for it', async () => {
  await withSockets(async (left, right) => {
    const port = openLinePort(left, Buffer.alloc(0), { ...quick, lineBytesMax: 100_000 })
    const beats = setInterval(() => right.write('\n'), 20)
    let isClosed = false
    void closed(port).then(() => (isClosed = true))
    right.pause()
    right.on('error', () => undefined)
    const saying = setInterval(() => port.send('x'.repeat(50_000)), 1)
    await waitUntil('its end', () => isClosed)
    clearInterval(saying)
    clearInterval(beats)
    assert.ok(left.destroyed)
  })
})
