import assert from 'node:assert/strict'
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { BatchBuilder } from '../../src/stream/protocol/records/batch-builder.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chosenSeed } from './chosen-seed.ts'
import { readPartition } from './read-log.ts'

const kills = 6
const partitions = 2
const topic = 'orders'

async function startLog(directory: string, env: object): Promise<{ child: ChildProcess; bootstrap: string }> {
  const child = fork(new URL('log-killed.ts', import.meta.url), [directory], { env: { ...process.env, ...env } })
  const [port] = (await once(child, 'message')) as [number]
  return { child, bootstrap: `127.0.0.1:${port}` }
}

for (const [title, env] of [
  ['a log', {}],
  ['an encrypted log', { LOG_KEY: randomBytes(32).toString('base64') }],
] as const)
  void test(`${title} that is killed again and again has every acknowledged batch once and in order`, (context) =>
    killAgainAndAgain(context, env))

async function killAgainAndAgain(context: TestContext, env: object): Promise<void> {
  const random = seededRandom(chosenSeed(context))
  const directory = mkdtempSync(join(tmpdir(), 'weir-kill-log-'))
  const sequences = Array.from({ length: partitions }, () => 0)
  let running = await startLog(directory, env)
  try {
    for (let round = 0; round < kills; round++) {
      const client = await connectKafka({ bootstrap: running.bootstrap, deadlineMs: 5000 })
      if (round === 0)
        await client.topics.create([{ name: topic, partitions, configs: { 'internal.segment.bytes': '65536' } }])
      for (let partition = 0; partition < partitions; partition++) await checkAndSettle(client, partition)
      const killed = once(running.child, 'exit')
      const producing = sequences.map((_, partition) => produceUntilItFails(client, partition))
      await pause(20 + random.pick(200))
      running.child.kill('SIGKILL')
      await killed
      await client.close()
      await Promise.all(producing)
      running = await startLog(directory, env)
    }
    const client = await connectKafka({ bootstrap: running.bootstrap, deadlineMs: 5000 })
    for (let partition = 0; partition < partitions; partition++) await checkAndSettle(client, partition)
    await client.close()
    assert.ok(Math.max(...sequences) > kills, 'hardly anything was produced')
  } finally {
    running.child.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  }

  type Client = Awaited<ReturnType<typeof connectKafka>>

  function batchOf(partition: number, sequence: number): Buffer {
    const builder = new BatchBuilder()
    builder.append(Buffer.from(`${partition}/${sequence}`.padEnd(500)), null, 1000)
    return builder.finish('none', { producerId: 1000 + partition, producerEpoch: 0, baseSequence: sequence })
  }

  /** `sequences` counts what was acknowledged; one more may be there, whose answer was lost. Sent again, it is there once. */
  async function checkAndSettle(client: Client, partition: number): Promise<void> {
    const acknowledged = sequences[partition]!
    const { baseOffset } = await client.produce({
      topic,
      partition,
      batch: batchOf(partition, acknowledged),
      acks: 'all',
    })
    assert.equal(baseOffset, acknowledged, `partition ${partition}`)
    sequences[partition] = acknowledged + 1
    const records = await readPartition(client, topic, partition)
    assert.deepEqual(
      records.map(({ value }) => value.trim()),
      Array.from({ length: acknowledged + 1 }, (_, sequence) => `${partition}/${sequence}`),
    )
  }

  async function produceUntilItFails(client: Client, partition: number): Promise<void> {
    for (;;) {
      const sequence = sequences[partition]!
      try {
        await client.produce({ topic, partition, batch: batchOf(partition, sequence), acks: 'all' })
      } catch {
        return
      }
      sequences[partition] = sequence + 1
    }
  }
}
