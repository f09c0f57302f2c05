import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { test } from 'node:test'
import { readInto } from './read-into.ts'

const sent = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))

/** What a connection reads that is accepted as `prepare` leaves it; and whether it kept its socket. */
async function received(prepare: (accepted: Socket) => void): Promise<{ bytes: Buffer; copied: boolean }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  prepare(accepted)
  const target = Buffer.alloc(sent.length + 10_000)
  let filled = 0
  // Never more than 10,000 bytes of room, and an end that is not a multiple of it.
  const socket = readInto(accepted, {
    target: () => target.subarray(filled, filled + 10_000),
    received: (length) => void (filled += length),
  })
  client.end(sent)
  socket.on('end', () => socket.end())
  await once(socket, 'close')
  server.close()
  return { bytes: target.subarray(0, filled), copied: socket === accepted }
}

void test('an accepted socket reads straight into the memory that it is given', async () => {
  const { bytes, copied } = await received(() => undefined)
  assert.ok(bytes.equals(sent))
  assert.equal(copied, false, 'this Node would make a buffer for each read')
})

void test('a socket whose handle cannot do that is copied from', async () => {
  const { bytes, copied } = await received((accepted) => {
    const { _handle: handle } = accepted as unknown as { _handle: { useUserBuffer?: unknown } }
    Object.defineProperty(handle, 'useUserBuffer', { value: undefined })
  })
  assert.ok(bytes.equals(sent))
  assert.equal(copied, true)
})
