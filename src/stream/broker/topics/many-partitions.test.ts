import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { countingFiles } from '../../../../test/support/counting-files.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { waitUntil } from '../../../../test/support/wait-until.ts'
import type { Files } from '../../../kernel/files/files.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { connectKafka } from '../../client/connect.ts'
import type { KafkaClient } from '../../client/kafka-client.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { startBroker } from '../start-broker.ts'

function batchOf(value: string): Buffer {
  const builder = new BatchBuilder()
  builder.append(Buffer.from(value), null, Date.now())
  return builder.finish()
}

const clientOf = (log: RunningBroker): Promise<KafkaClient> =>
  connectKafka({ bootstrap: log.bootstrap, deadlineMs: 10_000 })
const produce = (client: KafkaClient, partition: number): Promise<{ baseOffset: number }> =>
  client.produce({ topic: 'wide', partition, batch: batchOf(`value ${partition}`), acks: 'all' })

void test('a partition that nobody uses has no file and no folder; one that is used has', async () => {
  const disk = countingFiles(nodeFiles)
  await using log = await runBroker({ files: disk.files })
  const client = await clientOf(log)
  const before = disk.open
  await client.topics.create([{ name: 'wide', partitions: 2000 }])
  assert.equal((await client.topics.describe(['wide']))[0]?.partitions.length, 2000)
  const [{ id } = { id: '' }] = await client.topics.describe(['wide'])
  assert.deepEqual(readdirSync(join(log.directory, 'topics', id)), ['topic.json'])
  assert.equal(disk.open, before)
  await produce(client, 1234)
  assert.deepEqual(readdirSync(join(log.directory, 'topics', id)).toSorted(), ['1234', 'topic.json'])
  assert.equal(log.broker.status().topics[0]?.partitions[1234]?.endOffset, 1)
  await client.close()
})

void test('a partition that rests is closed, tells what it is, and goes on at the next use', async () => {
  const disk = countingFiles(nodeFiles)
  const limits = { retentionCheckIntervalMs: 10, checkpointIntervalMs: 10, partitionRestMs: 30 }
  await using log = await runBroker({ files: disk.files, config: { limits } })
  let client = await clientOf(log)
  await client.topics.create([{ name: 'wide', partitions: 3 }])
  for (const partition of [0, 1, 2]) await produce(client, partition)
  // The log of groups keeps its own.
  await waitUntil('the files are closed', () => disk.open <= 2)
  assert.deepEqual(
    log.broker.status().topics[0]?.partitions.map(({ endOffset }) => endOffset),
    [1, 1, 1],
  )
  assert.equal((await produce(client, 1)).baseOffset, 1)
  const [answer] = await client.fetch({ topic: 'wide', partitions: [{ partition: 2, offset: 0 }] })
  assert.equal(answer?.highWatermark, 1)
  await client.close()
  await log.restart()
  client = await clientOf(log)
  assert.equal((await client.offsets.list('wide', 'end')).get(1), 2)
  await client.close()
})

void test('a partition does not rest while the disk is slow to take what was sent to it', async () => {
  const slow = Promise.withResolvers<void>()
  let held = 0
  const files: Files = {
    ...nodeFiles,
    open: async (path, mode) => {
      const file = await nodeFiles.open(path, mode)
      if (!/topics.*\.log$/.test(path)) return file
      return { ...file, write: async (buffers, at) => (held++, await slow.promise, file.write(buffers, at)) }
    },
  }
  let checks = 0
  // Read by the chores that run as often.
  const clock = { ...systemClock, now: () => (checks++, systemClock.now()) }
  const limits = { retentionCheckIntervalMs: 10, checkpointIntervalMs: 10, partitionRestMs: 30 }
  await using log = await runBroker({ files, clock, config: { limits } })
  const client = await clientOf(log)
  await client.topics.create([{ name: 'wide', partitions: 1 }])
  const sent = produce(client, 0)
  await waitUntil('it is being written', () => held > 0)
  const seen = checks
  await waitUntil('it could have rested many times', () => checks > seen + 50)
  slow.resolve()
  await sent
  assert.equal(log.broker.status().topics[0]?.partitions[0]?.endOffset, 1)
  await client.close()
})

void test('after a kill each partition has what it acknowledged, whether it was written down or not', async () => {
  await using log = await runBroker()
  const client = await clientOf(log)
  await client.topics.create([{ name: 'wide', partitions: 40 }])
  for (let partition = 0; partition < 40; partition += 2) await produce(client, partition)
  await client.close()
  await log.restart()
  const again = await clientOf(log)
  for (let partition = 0; partition < 40; partition += 5) await produce(again, partition)
  const left = mkdtempSync(join(tmpdir(), 'weir-killed-'))
  // What a kill leaves, for all that was acknowledged is in the files.
  cpSync(log.directory, left, { recursive: true })
  rmSync(join(left, 'log.lock'), { force: true })
  const config = { directory: left, host: '127.0.0.1', port: 0, autoCreateTopics: false, defaultPartitions: 1 }
  const killed = await startBroker(config, { files: nodeFiles, clock: systemClock, logger: silentLogger })
  const ends = killed.status().topics[0]!.partitions.map(({ endOffset }) => endOffset)
  assert.deepEqual(
    ends,
    Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 1 : 0) + (at % 5 === 0 ? 1 : 0)),
  )
  await killed.stop()
  await again.close()
  rmSync(left, { recursive: true })
})
