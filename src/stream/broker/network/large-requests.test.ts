import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { pino } from 'pino'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { connectKafka } from '../../client/connect.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'

const megabyte = 1024 * 1024

function batchOf(bytes: number): Buffer {
  const builder = new BatchBuilder()
  builder.append(Buffer.alloc(bytes, 'a'), null, 1)
  return builder.finish()
}

void test('a request of more than one client may hold otherwise is read to its end and answered, and holds nothing then', async () => {
  const limits = { requestBytesMax: 80 * megabyte, requestBytesHeldMax: 100 * megabyte }
  await using log = await runBroker({ config: { limits } })
  const large = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 20_000 })
  await large.topics.create([{ name: 'orders', partitions: 1 }])
  // The two do not fit at once: the second waits for the first, and for nothing else.
  const other = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 20_000 })
  const batch = batchOf(70_000_000)
  const refused = await Promise.allSettled(
    [large, other].map((client) => client.produce({ topic: 'orders', partition: 0, batch })),
  )
  for (const outcome of refused)
    assert.match(String(outcome.status === 'rejected' && outcome.reason), /MESSAGE_TOO_LARGE.*70000074 bytes/)
  assert.equal(log.broker.status().memory.requestBytes, 0)
  await other.produce({ topic: 'orders', partition: 0, batch: batchOf(megabyte) })
  assert.equal((await large.offsets.list('orders', 'end')).get(0), 1)
  await large.close()
  await other.close()
})

void test('a request above the largest ends its connection, and the log says why; it holds no memory', async () => {
  const logged: string[] = []
  const logger = pino({ level: 'warn' }, { write: (line) => void logged.push(line) })
  await using log = await runBroker({ config: { limits: { requestBytesMax: megabyte } }, logger })
  const socket = connect({ port: log.broker.port, host: '127.0.0.1' }).on('error', () => undefined)
  await once(socket, 'connect')
  const head = Buffer.alloc(4)
  head.writeInt32BE(70_000_000)
  socket.write(head)
  await once(socket, 'close')
  await waitUntil('the reason', () => logged.some((line) => /a frame of 70000000 bytes, at most 1048576/.test(line)))
  assert.equal(log.broker.status().memory.requestBytes, 0)
})
