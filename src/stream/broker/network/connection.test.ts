import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import { connectKafka } from '../../client/connect.ts'
import { apiVersionsApi } from '../../protocol/apis/api-versions.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { encodeRequest } from '../../protocol/messages.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'

const answerBytes = 8 * 1024 * 1024
const asked = 40

async function socketTo(log: RunningBroker): Promise<Socket> {
  const socket = connect({ port: log.broker.port, host: '127.0.0.1' })
  await once(socket, 'connect')
  return socket.on('error', () => undefined)
}

const connections = (log: RunningBroker): number => log.broker.status().connections

function apiVersions(): Buffer {
  const header = { apiVersion: 0, correlationId: 1, clientId: null }
  return Buffer.concat(encodeRequest(apiVersionsApi, header, {}))
}

function fetchMuch(topic: string): Buffer {
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: answerBytes }]
  const body = { replicaId: -1, maxWaitMs: 0, minBytes: 1, maxBytes: answerBytes, topics: [{ topic, partitions }] }
  return Buffer.concat(encodeRequest(fetchApi, { apiVersion: 4, correlationId: 1, clientId: null }, body))
}

async function bytesFetched({ broker }: RunningBroker): Promise<number> {
  const metric = await broker.metrics.getSingleMetric('weir_log_fetched_bytes_total')!.get()
  return metric.values[0]!.value
}

void test('a client that stalls in the middle of a request is closed after stallMs; one that only waits is not', async () => {
  await using log = await runBroker({ config: { limits: { stallMs: 100, idleMs: 600_000 } } })
  const waiting = (await socketTo(log)).resume()
  waiting.write(apiVersions())
  await once(waiting, 'data')
  const stalled = [apiVersions().subarray(0, 3), apiVersions().subarray(0, 9), Buffer.from([0, 16, 0, 0, 0, 0, 0])]
  for (const part of stalled) {
    const socket = (await socketTo(log)).resume()
    socket.write(part)
    await once(socket, 'close')
  }
  await waitUntil('only the one that waits is left', () => connections(log) === 1)
  waiting.write(apiVersions())
  await once(waiting, 'data')
  waiting.destroy()
})

void test('a request that trickles in byte by byte is closed although it never stops', async () => {
  await using log = await runBroker({ config: { limits: { stallMs: 100, idleMs: 600_000 } } })
  const socket = (await socketTo(log)).resume()
  // What is on its way when the log closes may be answered by a reset.
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(Buffer.from([0, 1, 0, 0]))
  const trickle = setInterval(() => socket.write('x'), 10)
  await closed
  clearInterval(trickle)
})

void test('a client that never reads its answers costs the memory of a few of them, and is closed', async () => {
  await using log = await runBroker({ config: { limits: { stallMs: 300, idleMs: 600_000 } } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 20_000 })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  const builder = new BatchBuilder(1_000_000_000)
  builder.append(Buffer.alloc(answerBytes - 1000), null, Date.now())
  await client.produce({ topic: 'orders', partition: 0, batch: builder.finish(), acks: 'all' })
  const others = connections(log)
  const lazy = await socketTo(log)
  lazy.pause()
  for (let count = 0; count < asked; count++) lazy.write(fetchMuch('orders'))
  await waitUntil('an answer is made', async () => (await bytesFetched(log)) > 0)
  await waitUntil('the lazy client is closed', () => connections(log) === others)
  // Some fit into the buffers of the kernel; all that were asked for would be 320 MB.
  const fetched = await bytesFetched(log)
  assert.ok(fetched <= 4 * answerBytes, `${fetched} bytes were made ready`)
  assert.equal((await client.offsets.list('orders', 'end')).get(0), 1, 'others are served')
  lazy.destroy()
  await client.close()
})

void test('a client that ends its side is let go, also in the middle of a request', async () => {
  await using log = await runBroker({ config: { limits: { stallMs: 600_000, idleMs: 600_000 } } })
  for (const part of [apiVersions().subarray(0, 9), apiVersions(), Buffer.alloc(0)]) {
    const socket = (await socketTo(log)).resume()
    socket.end(part)
    await once(socket, 'close')
  }
  await waitUntil('no connection is left', () => connections(log) === 0)
})
