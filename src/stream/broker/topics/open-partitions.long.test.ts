import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { silentLogger } from '../../../kernel/logger.ts'
import { connectKafka } from '../../client/connect.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { createOpenPartitions } from './open-partitions.ts'

function batchOf(value: string): Buffer {
  const builder = new BatchBuilder()
  builder.append(Buffer.from(value), null, Date.now())
  return builder.finish()
}

void test('far more partitions are written to and read than may be open: each has all of its records', async () => {
  const limits = { partitionsOpenMax: 10 }
  await using log = await runBroker({ config: { limits } })
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 30_000 })
  await client.topics.create([{ name: 'wide', partitions: 60 }])
  const all = Array.from({ length: 60 }, (_, partition) => partition)
  for (const round of [0, 1])
    await Promise.all(
      all.map(async (partition) => {
        const batch = batchOf(`value ${partition} ${round}`)
        assert.equal((await client.produce({ topic: 'wide', partition, batch, acks: 'all' })).baseOffset, round)
      }),
    )
  for (const partition of all) {
    const [answer] = await client.fetch({ topic: 'wide', partitions: [{ partition, offset: 0 }] })
    assert.equal(answer?.highWatermark, 2)
    assert.match(answer.records.toString('latin1'), new RegExp(`value ${partition} 0.*value ${partition} 1`, 's'))
  }
  await client.close()
})

void test('where all stay in use one more is refused, and is let in when one is closed', async () => {
  const room = createOpenPartitions({ openMax: 2, closeSome: () => Promise.resolve(), logger: silentLogger })
  await Promise.all([room.enter(), room.enter()])
  await assert.rejects(room.enter(), /2 partitions are open/)
  const entered = room.enter()
  room.leave()
  await entered
})
