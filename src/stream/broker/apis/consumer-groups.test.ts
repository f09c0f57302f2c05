import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { consumerGroupDescribeApi } from '../../protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { createTopicsApi } from '../../protocol/apis/create-topics.ts'

const groupId = 'readers'

void test('what a member is giving up is shown as its own until it gave it up', async () => {
  await using log = await runBroker()
  const topics = [{ name: 'orders', numPartitions: 4, replicationFactor: 1 }]
  await askKafka(log.broker.port, createTopicsApi, 7, { topics, timeoutMs: 1000 })
  const beat = async (memberId: string, memberEpoch: number, more: object = {}) => {
    const itself = { groupId, memberId, memberEpoch, rebalanceTimeoutMs: 60_000, ...more }
    return (await askKafka(log.broker.port, consumerGroupHeartbeatApi, 1, itself)).assignment?.topicPartitions
  }
  const join = (memberId: string) => beat(memberId, 0, { subscribedTopicNames: ['orders'], topicPartitions: [] })
  const shown = async () => {
    const { groups } = await askKafka(log.broker.port, consumerGroupDescribeApi, 1, { groupIds: [groupId] })
    const assignments = groups[0]!.members.map(({ memberId, assignment, targetAssignment }) => [
      memberId,
      ...[assignment, targetAssignment].map((one) => one.topicPartitions.flatMap(({ partitions }) => partitions)),
    ])
    return Object.fromEntries(assignments.map(([memberId, ...both]) => [memberId as string, both]))
  }

  await join('first')
  await join('second')
  const kept = await beat('first', 1)
  assert.deepEqual(
    kept?.map(({ partitions }) => partitions),
    [[0, 1]],
  )
  assert.deepEqual(await shown(), {
    first: [
      [0, 1, 2, 3],
      [0, 1],
    ],
    second: [[], [2, 3]],
  })
  await beat('first', 1, { topicPartitions: kept })
  await beat('second', 2)
  assert.deepEqual(await shown(), {
    first: [
      [0, 1],
      [0, 1],
    ],
    second: [
      [2, 3],
      [2, 3],
    ],
  })
})
