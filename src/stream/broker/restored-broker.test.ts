import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runBroker, type RunningBroker } from '../../../test/support/running-broker.ts'
import type { Files } from '../../kernel/files/files.ts'
import { nodeFiles } from '../../kernel/files/node-files.ts'
import { connectKafka } from '../client/connect.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { BatchBuilder } from '../protocol/records/batch-builder.ts'
import { batchesIn } from '../protocol/records/record-cursor.ts'
import { leaveRestoreNote, readRestoreNote } from './restore-note.ts'
import { readProducerIds } from './topics/producer-ids.ts'

const dayMs = 86_400_000

async function withClient<T>(log: RunningBroker, work: (client: KafkaClient) => Promise<T>): Promise<T> {
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

const produce = (log: RunningBroker, partition: number): Promise<number> =>
  withClient(log, async (client) => {
    const builder = new BatchBuilder()
    builder.append(Buffer.from('value'), null, 1000)
    return (await client.produce({ topic: 'orders', partition, batch: builder.finish(), acks: 'all' })).baseOffset
  })

void test('a log goes on farther the older its backup is, and one jump later when it is restored once more', async () => {
  await using log = await runBroker()
  await log.broker.stop()
  const noted = async (takenMs: number, nowMs: number): Promise<number> => {
    await leaveRestoreNote(nodeFiles, log.directory, takenMs, nowMs)
    return (await readRestoreNote(nodeFiles, log.directory))!.offsets
  }
  const first = await noted(0, dayMs)
  assert.ok(first >= 1e12 + dayMs * 1e4)
  assert.ok((await noted(dayMs, dayMs)) >= first + 1e12, 'what the first restore owes is not forgotten')
  await assert.rejects(leaveRestoreNote(nodeFiles, log.directory, Number.NaN, dayMs), { code: 'WEIR-2012' })
  await log.start()
})

void test('a start that is cut short anywhere in its jump is ended by the next: each partition jumps once, ids of producers too', async () => {
  let renamesLeft = Infinity
  const dying: Files = {
    ...nodeFiles,
    rename: (from, to) => {
      if (renamesLeft-- <= 0) return Promise.reject(new Error('killed'))
      return nodeFiles.rename(from, to)
    },
  }
  await using log = await runBroker({ files: dying })
  await withClient(log, (client) => client.topics.create([{ name: 'orders', partitions: 3 }]))
  assert.equal(await produce(log, 0), 0)
  await log.broker.stop()
  const ids = join(log.directory, 'producer-ids.json')
  const idBefore = (await readProducerIds(nodeFiles, ids)).next!
  await leaveRestoreNote(nodeFiles, log.directory, 0, 0)
  for (const renames of [0, 1, 1, 1]) {
    renamesLeft = renames
    await assert.rejects(log.start(), /killed/, `with ${renames} more names`)
  }
  renamesLeft = Infinity
  await log.start()
  assert.equal(existsSync(join(log.directory, 'restored.json')), false)
  assert.deepEqual(
    log.broker.status().topics[0]!.partitions.map(({ endOffset, holes }) => [endOffset, holes?.length]),
    [
      [1e12 + 1, 1],
      [1e12, 1],
      [1e12, 1],
    ],
  )
  assert.equal(await produce(log, 0), 1e12 + 1)
  await log.restart()
  assert.equal(await produce(log, 0), 1e12 + 2, 'a later start jumps no more')
  await withClient(log, async (client) => {
    const [answer] = await client.fetch({ topic: 'orders', partitions: [{ partition: 0, offset: 1 }] })
    assert.equal([...batchesIn(answer!.records)][0]?.header.baseOffset, 1e12 + 1)
    assert.deepEqual(
      [...(await client.offsets.list('orders', 'start'))].toSorted(([a], [b]) => a - b),
      [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
    )
  })
  await log.broker.stop()
  assert.ok((await readProducerIds(nodeFiles, ids)).next! >= idBefore + 1e12)
  await log.start()
})
