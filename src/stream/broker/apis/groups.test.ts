import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askKafka } from '../../../../test/support/ask-kafka.ts'
import { runBroker } from '../../../../test/support/running-broker.ts'
import { consumerGroupHeartbeatApi } from '../../protocol/apis/consumer-group-heartbeat.ts'
import { createTopicsApi } from '../../protocol/apis/create-topics.ts'
import { deleteGroupsApi } from '../../protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../protocol/apis/describe-groups.ts'
import { joinGroupApi } from '../../protocol/apis/join-group.ts'
import { listGroupsApi } from '../../protocol/apis/list-groups.ts'
import { offsetCommitApi } from '../../protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../protocol/apis/sync-group.ts'
import { encodeSubscription } from '../../protocol/consumer-protocol.ts'
import { kafkaErrors, nameOfKafkaError } from '../../protocol/errors.ts'

type Log = Awaited<ReturnType<typeof runBroker>>

const unknownId = '00000000-0000-0000-0000-000000000009'

async function createTopics(log: Log, ...names: string[]): Promise<string[]> {
  const topics = names.map((name) => ({ name, numPartitions: 2, replicationFactor: 1 }))
  const answer = await askKafka(log.broker.port, createTopicsApi, 7, { topics, timeoutMs: 1000 })
  return answer.topics.map(({ topicId }) => topicId)
}

const joining = (groupId: string, more: object = {}) => ({
  groupId,
  memberId: '',
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 10_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: encodeSubscription({ topics: ['orders'] }, 0) }],
  ...more,
})

async function joinAlone(log: Log, groupId: string): Promise<string> {
  const { memberId } = await askKafka(log.broker.port, joinGroupApi, 3, joining(groupId))
  await askKafka(log.broker.port, syncGroupApi, 2, { groupId, memberId, generationId: 1, assignments: [] })
  return memberId
}

function commit(log: Log, groupId: string, more: object = {}, apiVersion = 9) {
  const partitions = [{ partitionIndex: 0, committedOffset: 5, committedMetadata: 'm' }]
  const request = { groupId, memberId: '', topics: [{ name: 'orders', partitions }], ...more }
  return askKafka(log.broker.port, offsetCommitApi, apiVersion, request)
}

const errorsOf = (topics: readonly { partitions: readonly { errorCode: number }[] }[]): string[] =>
  topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => nameOfKafkaError(errorCode)))

void test('what a member may say is bounded, and so is its session', async () => {
  await using log = await runBroker()
  const join = async (more: object): Promise<string> =>
    nameOfKafkaError((await askKafka(log.broker.port, joinGroupApi, 3, joining('g', more))).errorCode)
  assert.equal(await join({ sessionTimeoutMs: 5999 }), 'INVALID_SESSION_TIMEOUT')
  assert.equal(await join({ sessionTimeoutMs: 1_800_001 }), 'INVALID_SESSION_TIMEOUT')
  assert.equal(await join({ protocols: [{ name: 'range', metadata: Buffer.alloc(2e6) }] }), 'INVALID_REQUEST')
  const beating = { groupId: 'g', memberId: 'm', memberEpoch: 0, rebalanceTimeoutMs: 1, topicPartitions: [] }
  const names = {
    subscribedTopicNames: Array.from({ length: 30_000 }, (_, index) => `topic-with-a-long-name-${index}`.padEnd(60)),
  }
  const beat = await askKafka(log.broker.port, consumerGroupHeartbeatApi, 1, { ...beating, ...names })
  assert.equal(nameOfKafkaError(beat.errorCode), 'INVALID_REQUEST')
  assert.equal(log.broker.status().groups, 0)
})

void test('offsets go by names or by ids of topics; each that is not taken says why', async () => {
  await using log = await runBroker()
  const [topicId] = await createTopics(log, 'orders')
  const place = (more: object) => ({ partitionIndex: 0, committedOffset: 7, committedMetadata: '', ...more })
  const byId = [
    {
      topicId,
      partitions: [
        place({}),
        place({ partitionIndex: 9 }),
        place({ partitionIndex: 1, committedMetadata: 'x'.repeat(4097) }),
      ],
    },
    { topicId: unknownId, partitions: [place({})] },
  ]
  const answer = await commit(log, 'g', { topics: byId }, 10)
  assert.deepEqual(errorsOf(answer.topics), [
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'OFFSET_METADATA_TOO_LARGE',
    'UNKNOWN_TOPIC_ID',
  ])
  const wanted = [
    { topicId, partitionIndexes: [0] },
    { topicId: unknownId, partitionIndexes: [0] },
  ]
  const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics: wanted }]
  const fetched = (await askKafka(log.broker.port, offsetFetchApi, 10, { groups })).groups[0]!
  assert.deepEqual(errorsOf(fetched.topics), ['NONE', 'UNKNOWN_TOPIC_ID'])
  assert.equal(fetched.topics[0]?.partitions[0]?.committedOffset, 7)
  const old = await askKafka(log.broker.port, offsetFetchApi, 3, { groupId: 'g', topics: null })
  assert.deepEqual(
    old.topics.map(({ name }) => name),
    ['orders'],
  )
})

void test('a commit of who is no member is taken while there are none; one of an unknown generation is not', async () => {
  await using log = await runBroker()
  await createTopics(log, 'orders')
  const errorOf = async (more: object, apiVersion?: number): Promise<string | undefined> =>
    errorsOf((await commit(log, 'g', more, apiVersion)).topics)[0]
  assert.equal(await errorOf({ generationIdOrMemberEpoch: 1, memberId: 'm' }, 8), 'ILLEGAL_GENERATION')
  assert.equal(await errorOf({ generationIdOrMemberEpoch: 1, memberId: 'm' }), 'GROUP_ID_NOT_FOUND')
  assert.equal(await errorOf({}), 'NONE')
  const memberId = await joinAlone(log, 'g')
  assert.equal(await errorOf({}), 'UNKNOWN_MEMBER_ID')
  assert.equal(await errorOf({ memberId, generationIdOrMemberEpoch: 0 }), 'ILLEGAL_GENERATION')
  assert.equal(await errorOf({ memberId, generationIdOrMemberEpoch: 1 }), 'NONE')
})

void test('groups are listed by state and type, described, deleted when nobody is in; offsets are deleted where nobody reads', async () => {
  await using log = await runBroker()
  const { port } = log.broker
  await createTopics(log, 'orders', 'visits')
  await commit(log, 'simple')
  await joinAlone(log, 'classic')
  const beating = {
    memberId: 'm',
    memberEpoch: 0,
    rebalanceTimeoutMs: 1,
    topicPartitions: [],
    subscribedTopicNames: ['orders'],
  }
  await askKafka(port, consumerGroupHeartbeatApi, 1, { groupId: 'consumer', ...beating })
  const list = async (filters: object): Promise<string[]> =>
    (await askKafka(port, listGroupsApi, 5, filters)).groups
      .map((group) => [group.groupId, group.protocolType, group.groupState, group.groupType].join(' '))
      .toSorted()
  assert.deepEqual(await list({}), [
    'classic consumer Stable classic',
    'consumer consumer Stable consumer',
    'simple  Empty classic',
  ])
  assert.deepEqual(await list({ statesFilter: ['empty'] }), ['simple  Empty classic'])
  assert.deepEqual(await list({ typesFilter: ['Consumer'] }), ['consumer consumer Stable consumer'])
  assert.deepEqual(await list({ statesFilter: ['Dead'] }), [])
  const described = await askKafka(port, describeGroupsApi, 6, { groups: ['classic', 'simple', 'consumer', 'none'] })
  assert.deepEqual(
    described.groups.map(({ groupState, errorCode }) => [groupState, nameOfKafkaError(errorCode)]),
    [
      ['Stable', 'NONE'],
      ['Empty', 'NONE'],
      ['Dead', 'GROUP_ID_NOT_FOUND'],
      ['Dead', 'GROUP_ID_NOT_FOUND'],
    ],
  )
  const places = ['orders', 'visits'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }))
  for (const groupId of ['classic', 'consumer']) {
    const deleted = await askKafka(port, offsetDeleteApi, 0, { groupId, topics: places })
    assert.deepEqual(errorsOf(deleted.topics), ['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE'])
  }
  const none = await askKafka(port, offsetDeleteApi, 0, { groupId: 'none', topics: places })
  assert.equal(none.errorCode, kafkaErrors.GROUP_ID_NOT_FOUND)
  const { results } = await askKafka(port, deleteGroupsApi, 2, { groupsNames: ['simple', 'classic', 'none'] })
  assert.deepEqual(
    results.map(({ errorCode }) => nameOfKafkaError(errorCode)),
    ['NONE', 'NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND'],
  )
  await log.restart()
  assert.deepEqual(
    (await askKafka(log.broker.port, listGroupsApi, 5, {})).groups.map(({ groupId }) => groupId).toSorted(),
    ['classic', 'consumer'],
  )
})
