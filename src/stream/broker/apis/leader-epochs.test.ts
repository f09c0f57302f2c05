import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker, type RunningBroker } from '../../../../test/support/running-broker.ts'
import { nodeFiles } from '../../../kernel/files/node-files.ts'
import { connectKafka } from '../../client/connect.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { listOffsetsApi } from '../../protocol/apis/list-offsets.ts'
import { metadataApi } from '../../protocol/apis/metadata.ts'
import { offsetForLeaderEpochApi } from '../../protocol/apis/offset-for-leader-epoch.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { BatchBuilder } from '../../protocol/records/batch-builder.ts'
import { batchesIn } from '../../protocol/records/record-cursor.ts'
import { leaveRestoreNote } from '../restore-note.ts'

const topic = 'orders'

async function produce(log: RunningBroker, values: number): Promise<void> {
  const client = await connectKafka({ bootstrap: log.bootstrap, deadlineMs: 5000 })
  if (log.broker.status().topics.length === 0) await client.topics.create([{ name: topic, partitions: 1 }])
  for (let at = 0; at < values; at++) {
    const builder = new BatchBuilder()
    builder.append(Buffer.from('value'), null, 1000 + at)
    await client.produce({ topic, partition: 0, batch: builder.finish(), acks: 'all' })
  }
  await client.close()
}

async function epochEnd(log: RunningBroker, leaderEpoch: number, currentLeaderEpoch = -1) {
  const topics = [{ topic, partitions: [{ partition: 0, currentLeaderEpoch, leaderEpoch }] }]
  const answer = await askKafka(log.broker.port, offsetForLeaderEpochApi, 4, { replicaId: -1, topics })
  const { errorCode, leaderEpoch: epoch, endOffset } = answer.topics[0]!.partitions[0]!
  return [errorCode, epoch, endOffset]
}

async function fetchOne(log: RunningBroker, fetchOffset: number, epochs: { current?: number; last?: number }) {
  const partition = {
    partition: 0,
    fetchOffset,
    currentLeaderEpoch: epochs.current ?? -1,
    lastFetchedEpoch: epochs.last ?? -1,
    partitionMaxBytes: 1e6,
  }
  const request = { maxWaitMs: 10_000, minBytes: 1, isolationLevel: 0, topics: [{ topic, partitions: [partition] }] }
  return (await askKafka(log.broker.port, fetchApi, 12, request)).responses[0]!.partitions[0]!
}

async function listAt(log: RunningBroker, timestamp: number, apiVersion = 11, currentLeaderEpoch = -1) {
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp, currentLeaderEpoch }] }]
  const request = { replicaId: -1, isolationLevel: 0, topics, timeoutMs: 1000 }
  const found = (await askKafka(log.broker.port, listOffsetsApi, apiVersion, request)).topics[0]!.partitions[0]!
  return [found.errorCode, found.offset, found.timestamp, found.leaderEpoch]
}

void test('INV-L5: after a restore clients hear by its leader epochs what is gone, whichever way they ask', async () => {
  await using log = await runBroker()
  await produce(log, 3)
  assert.deepEqual(await epochEnd(log, 0, 0), [0, 0, 3])
  await log.broker.stop()
  await leaveRestoreNote(nodeFiles, log.directory, 0, 1)
  await log.start()
  await produce(log, 1)
  const metadata = await askKafka(log.broker.port, metadataApi, 12, { topics: [{ name: topic }] })
  const { leaderEpoch } = metadata.topics[0]!.partitions[0]!
  assert.ok(leaderEpoch > 0)
  const { startOffset, endOffset } = log.broker.status().topics[0]!.partitions[0]!
  assert.deepEqual(await epochEnd(log, 0, leaderEpoch), [0, 0, 3], 'who read to 5 hears that 3 was the end')
  assert.deepEqual(await epochEnd(log, leaderEpoch), [0, leaderEpoch, endOffset])
  assert.deepEqual(await epochEnd(log, leaderEpoch + 1), [0, -1, -1])
  assert.deepEqual(await epochEnd(log, 0, 0), [kafkaErrors.FENCED_LEADER_EPOCH, -1, -1])
  assert.deepEqual(await epochEnd(log, 0, leaderEpoch + 1), [kafkaErrors.UNKNOWN_LEADER_EPOCH, -1, -1])

  assert.equal((await fetchOne(log, 0, { current: 0 })).errorCode, kafkaErrors.FENCED_LEADER_EPOCH)
  assert.equal((await fetchOne(log, 0, { current: leaderEpoch + 1 })).errorCode, kafkaErrors.UNKNOWN_LEADER_EPOCH)
  const before = await fetchOne(log, 2, { current: leaderEpoch, last: 0 })
  assert.deepEqual(before.divergingEpoch, { epoch: -1, endOffset: -1 })
  const parted = await fetchOne(log, 5, { current: leaderEpoch, last: 0 })
  assert.deepEqual([parted.errorCode, parted.records!.length], [0, 0])
  assert.deepEqual(parted.divergingEpoch, { epoch: 0, endOffset: 3 })
  assert.equal((await fetchOne(log, 0, { last: leaderEpoch + 1 })).errorCode, kafkaErrors.OFFSET_OUT_OF_RANGE)
  const epochs = [...batchesIn((await fetchOne(log, endOffset - 1, {})).records!)].map(
    ({ header }) => header.leaderEpoch,
  )
  assert.deepEqual(epochs, [leaderEpoch])

  assert.deepEqual(await listAt(log, -1), [0, endOffset, -1, leaderEpoch])
  assert.deepEqual(await listAt(log, -2), [0, startOffset, -1, 0])
  assert.deepEqual(await listAt(log, 1001), [0, 1, 1001, 0])
  assert.deepEqual(await listAt(log, -1, 4, 0), [kafkaErrors.FENCED_LEADER_EPOCH, -1, -1, -1])
})

void test('special times of ListOffsets: each from the version on that has it', async () => {
  await using log = await runBroker()
  await produce(log, 3)
  const unsupported = [kafkaErrors.UNSUPPORTED_VERSION, -1, -1, -1]
  for (const [time, since, expected] of [
    [-3, 7, [0, 2, 1002, 0]],
    [-4, 8, [0, 0, -1, 0]],
    [-5, 9, [0, -1, -1, -1]],
    [-6, 11, [0, -1, -1, -1]],
    [-7, 12, []],
  ] as const) {
    if (since <= 11) assert.deepEqual(await listAt(log, time, since), expected, `at ${time}`)
    assert.deepEqual(await listAt(log, time, since - 1), unsupported, `at ${time} before it was there`)
  }
})
