import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { connectKafka } from '../../../stream/client/connect.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../../main.ts', import.meta.url))

void test('a replay of an empty range says that nothing lies there, and not that it was done before', async () => {
  await using log = await runBroker()
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  const producer = await client.createProducer({ topic: 'orders' })
  for (const value of ['a', 'b', 'c']) await producer.send({ value })
  await producer.close()
  await client.close()
  const replay = async (...options: string[]): Promise<string> =>
    (await run(process.execPath, [cli, 'stream', 'replay', 'orders', ...options, '--bootstrap', log.bootstrap])).stdout
  assert.match(
    await replay('beyond', '--create', '--from', '99'),
    /^0 records of orders are in beyond: there is nothing in --from 99\. The range ends, by partition, at 0: 3\.\n$/,
  )
  assert.match(await replay('turned', '--create', '--from', '2', '--until', '1'), /nothing in --from 2 --until 1\./)
  assert.match(await replay('whole', '--create'), /3 records of orders are in whole, durable/)
  assert.match(await replay('whole'), /was done before: nothing is copied twice/)
})
