import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import type { KafkaClient } from '../../src/stream/client/kafka-client.ts'
import { connectKafka } from '../../src/stream/client/connect.ts'
import { eventually } from '../support/deadline.ts'
import { failingFiles, type FailingFiles } from '../support/power-cut/failing-files.ts'
import { runBroker } from '../support/running-broker.ts'
import { readPartition } from './read-log.ts'
import { withBroker } from './with-broker.ts'

const topic = 'values'
const timeout = 60_000

/** Sends values one by one through a producer of its own; those that were acknowledged, and what ended it. */
async function send(client: KafkaClient, values: readonly string[]): Promise<{ told: string[]; error: unknown }> {
  const told: string[] = []
  const producer = await client.createProducer({ topic, deadlineMs: 2000 })
  try {
    for (const value of values) {
      await producer.send({ value, partition: 0 })
      await producer.flush()
      told.push(value)
    }
    return { told, error: undefined }
  } catch (error) {
    return { told, error }
  }
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`.padEnd(2000, '.'))
}

void describe('the log on a disk that fails', () => {
  let folder = ''
  let disk: FailingFiles
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weir-failing-'))
    disk = failingFiles(nodeFiles)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Breaks the disk in the middle, heals it, and looks at what is there: at once, and after a restart. */
  async function breakAndHeal(fail: () => void, heal: () => void): Promise<unknown> {
    const told: string[] = []
    let error: unknown
    await withBroker(folder, disk.files, async (client) => {
      await client.topics.create([{ name: topic, partitions: 1 }])
      told.push(...(await send(client, named('before', 5))).told)
      assert.equal(told.length, 5)
      fail()
      const during = await send(client, named('during', 40))
      told.push(...during.told)
      error = during.error
      heal()
      await eventually('the log to take records again', async () => {
        const after = await send(client, ['after'.padEnd(2000, '.')])
        told.push(...after.told)
        return after.told.length === 1 ? true : undefined
      })
      await checkThere(client, told)
    })
    await withBroker(folder, nodeFiles, (client) => checkThere(client, told))
    return error
  }

  async function checkThere(client: KafkaClient, told: readonly string[]): Promise<void> {
    const found = (await readPartition(client, topic, 0)).map(({ value }) => value)
    const toldOnce = new Set(told)
    assert.deepEqual(
      found.filter((value) => toldOnce.has(value)),
      told,
      'what was acknowledged is there once, in order',
    )
    assert.equal(new Set(found).size, found.length, 'nothing is there twice')
  }

  void test('a full disk: producers are told, and it goes on when there is room', { timeout }, async () => {
    const error = await breakAndHeal(
      () => disk.setRoom(20_000),
      () => disk.setRoom(Infinity),
    )
    assert.match(JSON.stringify(error), /KAFKA_STORAGE_ERROR|WEIR-31/)
  })

  void test('a stream is well again when there is room, without a producer that tries', { timeout }, async () => {
    const limits = { writeAgainIntervalMs: 20 }
    let looks = 0
    const open: typeof disk.files.open = (path, mode) => {
      if (path.endsWith('/probe')) looks++
      return disk.files.open(path, mode)
    }
    await using log = await runBroker({ files: { ...disk.files, open }, config: { limits } })
    const trouble = (): string | undefined => log.broker.status().topics[0]?.partitions[0]?.trouble
    const refused = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 30_000 })
    await refused.topics.create([{ name: topic, partitions: 1 }])
    disk.setRoom(20_000)
    const during = await send(refused, named('during', 40))
    await refused.close()
    // A last attempt of the producer that comes late finds the little room.
    await eventually('the producer to be gone', () => {
      const { connections, memory } = log.broker.status()
      return (connections === 0 && memory.requestBytes === 0) || undefined
    })
    assert.match(trouble() ?? '', /cannot write/)
    disk.setRoom(500_000)
    const before = looks
    await eventually('two looks', () => looks >= before + 2 || undefined)
    assert.match(trouble() ?? '', /cannot write/, 'a little room is none')
    disk.setRoom(Infinity)
    await eventually('the trouble to be over', () => !trouble() || undefined)
    const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 30_000 })
    const after = await send(client, ['after'])
    assert.deepEqual(after.told, ['after'])
    await checkThere(client, [...during.told, ...after.told])
    await client.close()
  })

  void test('a sync that fails: what it covered was not acknowledged, and is not there half', { timeout }, async () => {
    const error = await breakAndHeal(
      () => disk.failSyncs(/\.log$/),
      () => disk.failSyncs(null),
    )
    assert.ok(error instanceof Error, 'a batch was acknowledged without a sync')
  })
})
