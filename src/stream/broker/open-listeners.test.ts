import assert from 'node:assert/strict'
import { statSync, writeFileSync } from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { runBroker } from '../../../test/support/running-broker.ts'
import { connectKafka } from '../client/connect.ts'
import { internalBootstrap } from '../internal-address.ts'

void test("Weir's own parts come in by a socket that is closed to others, and find their way back to it (INV-S7)", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-socket-'))
  const path = join(folder, 'kafka.sock')
  // What a killed log leaves behind.
  writeFileSync(path, '')
  try {
    await using log = await runBroker({ config: { internalSocket: path } })
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const client = await connectKafka({ bootstrap: internalBootstrap(path) })
    const producer = await client.createProducer({ topic: 'orders' })
    await producer.send({ value: 'one' })
    await producer.flush()
    const [topic] = await client.topics.describe(['orders'])
    assert.equal(topic?.partitions.length, 4)
    const ends = await client.offsets.list('orders', 'end')
    assert.equal(
      [...ends.values()].reduce((sum, end) => sum + end, 0),
      1,
    )
    assert.ok(log.broker.status().connections > 0)
    await client.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
