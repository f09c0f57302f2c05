import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { failingFiles } from '../support/power-cut/failing-files.ts'
import { runBroker, type RunningBroker } from '../support/running-broker.ts'
import { waitUntil } from '../support/wait-until.ts'

const cli = new URL('../../src/cli/main.ts', import.meta.url).pathname

function produce(log: RunningBroker, ...options: string[]) {
  const args = [cli, 'stream', 'produce', 'orders', '--bootstrap', log.bootstrap, ...options]
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] })
}

async function logWithOrders(files: Files = nodeFiles): Promise<RunningBroker> {
  const log = await runBroker({ files })
  const client = await connectKafka({ bootstrap: log.bootstrap })
  await client.topics.create([{ name: 'orders', partitions: 1 }])
  await client.close()
  return log
}

void test('a line larger than its topic takes is refused at once, with its number, its size, the limit and what to do', async () => {
  await using log = await logWithOrders()
  for (const options of [[], ['--key', 'a']])
    for (const bytes of [34_000_000, 70_000_000]) {
      const began = performance.now()
      const child = produce(log, ...options)
      child.stdin.on('error', () => undefined).end(`one\n\n${'a'.repeat(bytes)}\nlast\n`)
      const [said] = await Promise.all([text(child.stderr), once(child, 'close')])
      assert.equal(child.exitCode, 2, said)
      assert.match(
        said,
        /line 3: MESSAGE_TOO_LARGE: a record of (3[34]|70)\d{6} bytes; max.message.bytes of topic orders/,
      )
      assert.match(said, /is 33554432. Send less in one record, or set max.message.bytes higher/)
      assert.ok(performance.now() - began < 20_000, 'it does not try again')
    }
})

void test('while the log cannot write, produce says what it waits for, and goes on when there is room', async () => {
  const disk = failingFiles(nodeFiles)
  await using log = await logWithOrders(disk.files)
  disk.setRoom(0)
  const child = produce(log)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const answered = text(child.stdout)
  child.stdin.end('one\n')
  await waitUntil('the reason', () =>
    /Not written yet, and tried again: .*(disk is full|KAFKA_STORAGE_ERROR)/.test(said),
  )
  assert.equal(child.exitCode, null)
  disk.setRoom(Infinity)
  await once(child, 'close')
  assert.match(await answered, /1 record is in orders, durable/)
  assert.equal(child.exitCode, 0)
  assert.equal(said.match(/Not written yet/g)?.length, 1)
})
