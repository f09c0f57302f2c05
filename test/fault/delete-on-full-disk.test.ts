import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { eventually } from '../support/deadline.ts'
import { failingFiles } from '../support/power-cut/failing-files.ts'
import { runBroker } from '../support/running-broker.ts'
import { readPartition } from './read-log.ts'
import { withBroker } from './with-broker.ts'

const timeout = 60_000
const values = Array.from({ length: 20 }, (_, at) => `value ${at}`)

/** A log with the topics `gone` and `kept` on a disk that was filled since, and what is on it after a kill of that moment. */
async function filled() {
  const disk = failingFiles(nodeFiles)
  const log = await runBroker({ files: disk.files })
  // Without more patience than for a few tries: the disk stays full.
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 1500 })
  for (const topic of ['gone', 'kept']) {
    await client.topics.create([{ name: topic, partitions: 1 }])
    const producer = await client.createProducer({ topic })
    for (const value of values) await producer.send({ value, partition: 0 })
    await producer.close()
  }
  // Small files that are removed do not make it.
  disk.setRoom(-100_000)
  return {
    disk,
    log,
    client,
    reserve: join(log.directory, 'reserve'),
    async afterKill(look: (client: KafkaClient) => Promise<void>): Promise<void> {
      const copy = mkdtempSync(join(tmpdir(), 'weir-killed-'))
      cpSync(log.directory, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') })
      await withBroker(copy, nodeFiles, look).finally(() => rmSync(copy, { recursive: true }))
    },
    async [Symbol.asyncDispose](): Promise<void> {
      disk.setRoom(Infinity)
      await client.close()
      await log[Symbol.asyncDispose]()
    },
  }
}

async function topicNames(client: KafkaClient): Promise<readonly string[]> {
  return (await client.topics.describe()).map(({ name }) => name).toSorted()
}

async function valuesOf(client: KafkaClient, topic: string): Promise<readonly string[]> {
  return (await readPartition(client, topic, 0)).map(({ value }) => value)
}

void test('a topic is deleted on a full disk, for good, and its files with it', { timeout }, async () => {
  await using full = await filled()
  await full.client.topics.delete(['gone'])
  assert.deepEqual(await topicNames(full.client), ['kept'])
  assert.equal(readdirSync(join(full.log.directory, 'topics')).length, 1)
  await full.afterKill(async (client) => {
    assert.deepEqual(await topicNames(client), ['kept'])
    assert.deepEqual(await valuesOf(client, 'kept'), values)
  })
})

void test('records are deleted on a full disk, for good', { timeout }, async () => {
  await using full = await filled()
  assert.deepEqual([...(await full.client.topics.deleteRecords('kept', new Map([[0, 15]])))], [[0, 15]])
  await full.afterKill(async (client) => assert.deepEqual(await valuesOf(client, 'kept'), values.slice(15)))
})

void test(
  'what cannot be written down is not deleted: the topic and its records stay, and take more',
  { timeout },
  async () => {
    await using full = await filled()
    rmSync(full.reserve)
    const refused = { message: /KAFKA_STORAGE_ERROR/ }
    await assert.rejects(full.client.topics.delete(['gone']), refused)
    await assert.rejects(full.client.topics.deleteRecords('kept', new Map([[0, 15]])), refused)
    const untouched = async (client: KafkaClient): Promise<void> => {
      assert.deepEqual(await topicNames(client), ['gone', 'kept'])
      for (const topic of ['gone', 'kept']) assert.deepEqual(await valuesOf(client, topic), values)
    }
    await untouched(full.client)
    await full.afterKill(untouched)
    full.disk.setRoom(Infinity)
    const producer = await full.client.createProducer({ topic: 'gone' })
    await producer.send({ value: 'one more', partition: 0 })
    await producer.close()
    assert.deepEqual(await valuesOf(full.client, 'gone'), [...values, 'one more'])
    await full.client.topics.delete(['gone'])
    await full.afterKill(async (client) => assert.deepEqual(await topicNames(client), ['kept']))
  },
)

void test('the reserve is taken again when there is room', { timeout }, async () => {
  await using full = await filled()
  await full.client.topics.delete(['gone'])
  assert.equal(existsSync(full.reserve), false)
  full.disk.setRoom(Infinity)
  await eventually('the reserve', () => existsSync(full.reserve) || undefined)
})

void test('two folders of one topic are named, and neither hides the other', { timeout }, async () => {
  await using full = await filled()
  const topics = join(full.log.directory, 'topics')
  const copy = mkdtempSync(join(tmpdir(), 'weir-twice-'))
  cpSync(full.log.directory, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') })
  const [id] = readdirSync(topics)
  const other = join(copy, 'topics', `${id!.slice(0, -4)}ffff`)
  cpSync(join(topics, id!), other, { recursive: true })
  await assert.rejects(
    withBroker(copy, nodeFiles, async () => {}),
    { code: 'WEIR-3008', message: new RegExp(`two folders hold a topic .*(${id}.*ffff|ffff.*${id})`) },
  )
  rmSync(copy, { recursive: true })
})
