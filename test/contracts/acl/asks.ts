import { addOffsetsToTxnApi } from '../../../src/stream/protocol/apis/add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from '../../../src/stream/protocol/apis/add-partitions-to-txn.ts'
import { alterClientQuotasApi } from '../../../src/stream/protocol/apis/alter-client-quotas.ts'
import { alterConfigsApi } from '../../../src/stream/protocol/apis/alter-configs.ts'
import { alterUserScramCredentialsApi } from '../../../src/stream/protocol/apis/alter-user-scram-credentials.ts'
import { alterPartitionReassignmentsApi } from '../../../src/stream/protocol/apis/alter-partition-reassignments.ts'
import { consumerGroupDescribeApi } from '../../../src/stream/protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from '../../../src/stream/protocol/apis/consumer-group-heartbeat.ts'
import { createAclsApi } from '../../../src/stream/protocol/apis/create-acls.ts'
import { createPartitionsApi } from '../../../src/stream/protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../../src/stream/protocol/apis/create-topics.ts'
import { deleteAclsApi } from '../../../src/stream/protocol/apis/delete-acls.ts'
import { deleteGroupsApi } from '../../../src/stream/protocol/apis/delete-groups.ts'
import { deleteRecordsApi } from '../../../src/stream/protocol/apis/delete-records.ts'
import { deleteTopicsApi } from '../../../src/stream/protocol/apis/delete-topics.ts'
import { describeAclsApi } from '../../../src/stream/protocol/apis/describe-acls.ts'
import { describeClientQuotasApi } from '../../../src/stream/protocol/apis/describe-client-quotas.ts'
import { describeClusterApi } from '../../../src/stream/protocol/apis/describe-cluster.ts'
import { describeConfigsApi } from '../../../src/stream/protocol/apis/describe-configs.ts'
import { describeGroupsApi } from '../../../src/stream/protocol/apis/describe-groups.ts'
import { describeLogDirsApi } from '../../../src/stream/protocol/apis/describe-log-dirs.ts'
import { describeTopicPartitionsApi } from '../../../src/stream/protocol/apis/describe-topic-partitions.ts'
import { electLeadersApi } from '../../../src/stream/protocol/apis/elect-leaders.ts'
import { listPartitionReassignmentsApi } from '../../../src/stream/protocol/apis/list-partition-reassignments.ts'
import { describeProducersApi } from '../../../src/stream/protocol/apis/describe-producers.ts'
import { describeTransactionsApi } from '../../../src/stream/protocol/apis/describe-transactions.ts'
import { describeUserScramCredentialsApi } from '../../../src/stream/protocol/apis/describe-user-scram-credentials.ts'
import { endTxnApi } from '../../../src/stream/protocol/apis/end-txn.ts'
import { fetchApi } from '../../../src/stream/protocol/apis/fetch.ts'
import { findCoordinatorApi } from '../../../src/stream/protocol/apis/find-coordinator.ts'
import { heartbeatApi } from '../../../src/stream/protocol/apis/heartbeat.ts'
import { incrementalAlterConfigsApi } from '../../../src/stream/protocol/apis/incremental-alter-configs.ts'
import { initProducerIdApi } from '../../../src/stream/protocol/apis/init-producer-id.ts'
import { joinGroupApi } from '../../../src/stream/protocol/apis/join-group.ts'
import { leaveGroupApi } from '../../../src/stream/protocol/apis/leave-group.ts'
import { listGroupsApi } from '../../../src/stream/protocol/apis/list-groups.ts'
import { listOffsetsApi } from '../../../src/stream/protocol/apis/list-offsets.ts'
import { listTransactionsApi } from '../../../src/stream/protocol/apis/list-transactions.ts'
import { metadataApi } from '../../../src/stream/protocol/apis/metadata.ts'
import { offsetCommitApi } from '../../../src/stream/protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../src/stream/protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../src/stream/protocol/apis/offset-fetch.ts'
import { offsetForLeaderEpochApi } from '../../../src/stream/protocol/apis/offset-for-leader-epoch.ts'
import { produceApi } from '../../../src/stream/protocol/apis/produce.ts'
import { syncGroupApi } from '../../../src/stream/protocol/apis/sync-group.ts'
import { txnOffsetCommitApi } from '../../../src/stream/protocol/apis/txn-offset-commit.ts'
import { writeTxnMarkersApi } from '../../../src/stream/protocol/apis/write-txn-markers.ts'
import type { Api } from '../../../src/stream/protocol/api.ts'
import type { Input, Shape } from '../../../src/stream/protocol/field.ts'
import { BatchBuilder } from '../../../src/stream/protocol/records/batch-builder.ts'
import { names } from './users.ts'

/** One request that every user sends. It changes nothing that another one would notice. */
export interface Ask {
  readonly title: string
  readonly api: Api
  readonly version: number
  readonly body: object
}

const { topic, group } = names
const transactionalId = names['transactional-id']
const absent = 't-absent'
const timeoutMs = 5000

function ask<R extends Shape>(api: Api<R>, version: number, body: Input<R>, more = ''): Ask {
  return { title: `${api.name} ${version}${more && ` ${more}`}`, api, version, body }
}

function records(): Buffer {
  const builder = new BatchBuilder(1000)
  builder.append(Buffer.from('x'), null, 1_700_000_000_000)
  return builder.finish()
}

/** `topicId` is that of the known topic. */
export function matrixAsks(topicId: string): readonly Ask[] {
  const onePartition = [{ partitionIndex: 0 }]
  const fetched = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
  const fetch = { replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 1000 }
  const produced = [{ index: 0, records: records() }]
  const committed = [{ partitionIndex: 0, committedOffset: 0 }]
  const aclFilter = {
    resourceTypeFilter: 2,
    resourceNameFilter: 't-nobody',
    patternTypeFilter: 3,
    principalFilter: 'User:nobody',
    hostFilter: null,
    operation: 1,
    permissionType: 1,
  }
  const member = { groupId: group, memberId: 'nobody', generationId: 1 }
  const transaction = { transactionalId, producerId: 4_000_000, producerEpoch: 0 }
  return [
    ask(produceApi, 9, {
      acks: -1,
      timeoutMs,
      topicData: [topic, absent].map((name) => ({ name, partitionData: produced })),
    }),
    ask(produceApi, 13, { acks: -1, timeoutMs, topicData: [{ topicId, partitionData: produced }] }),
    ask(
      produceApi,
      9,
      { acks: -1, timeoutMs, transactionalId, topicData: [{ name: topic, partitionData: [] }] },
      'in a transaction',
    ),
    ask(fetchApi, 11, { ...fetch, topics: [topic, absent].map((name) => ({ topic: name, partitions: fetched })) }),
    ask(fetchApi, 13, { ...fetch, topics: [{ topicId, partitions: fetched }] }),
    ask(listOffsetsApi, 7, {
      replicaId: -1,
      topics: [topic, absent].map((name) => ({ name, partitions: [{ partitionIndex: 0, timestamp: -1 }] })),
    }),
    ask(metadataApi, 1, { topics: null }, 'of all'),
    ask(metadataApi, 12, {
      topics: [topic, absent].map((name) => ({ name })),
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    }),
    ask(metadataApi, 12, { topics: [{ name: null, topicId }], allowAutoTopicCreation: false }, 'by id'),
    ask(metadataApi, 8, { topics: [], includeClusterAuthorizedOperations: true }, 'of the cluster'),
    ask(describeClusterApi, 0, { includeClusterAuthorizedOperations: true }),
    ask(describeTopicPartitionsApi, 0, { topics: [topic, absent].map((name) => ({ name })) }),
    ask(describeTopicPartitionsApi, 0, { topics: [] }, 'of all'),
    ask(offsetForLeaderEpochApi, 4, {
      replicaId: -2,
      topics: [topic, absent].map((name) => ({ topic: name, partitions: [{ partition: 0, leaderEpoch: 0 }] })),
    }),
    ask(createTopicsApi, 7, {
      topics: [{ name: 't-new', numPartitions: 1, replicationFactor: 1 }],
      timeoutMs,
      validateOnly: true,
    }),
    ask(deleteTopicsApi, 5, { topicNames: [absent], timeoutMs }),
    ask(deleteTopicsApi, 6, { topics: [{ name: absent }], timeoutMs }),
    ask(createPartitionsApi, 2, {
      topics: [
        { name: topic, count: 2, assignments: null },
        { name: absent, count: 2, assignments: null },
      ],
      timeoutMs,
      validateOnly: true,
    }),
    ask(deleteRecordsApi, 2, {
      topics: [topic, absent].map((name) => ({ name, partitions: [{ partitionIndex: 0, offset: 0 }] })),
      timeoutMs,
    }),
    ask(describeConfigsApi, 4, {
      resources: [
        { resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms'] },
        { resourceType: 4, resourceName: '1', configurationKeys: ['num.partitions'] },
      ],
    }),
    ask(
      describeConfigsApi,
      4,
      { resources: [{ resourceType: 32, resourceName: group, configurationKeys: null }] },
      'of a group',
    ),
    ask(
      incrementalAlterConfigsApi,
      1,
      {
        resources: [
          {
            resourceType: 32,
            resourceName: group,
            configs: [{ name: 'consumer.session.timeout.ms', configOperation: 0, value: '50000' }],
          },
        ],
        validateOnly: true,
      },
      'of a group',
    ),
    ask(alterConfigsApi, 2, { resources: [{ resourceType: 2, resourceName: topic, configs: [] }], validateOnly: true }),
    ask(incrementalAlterConfigsApi, 1, {
      resources: [
        {
          resourceType: 2,
          resourceName: topic,
          configs: [{ name: 'retention.ms', configOperation: 0, value: '1000' }],
        },
      ],
      validateOnly: true,
    }),
    ask(findCoordinatorApi, 3, { key: group, keyType: 0 }, 'of a group'),
    ask(findCoordinatorApi, 4, { keyType: 1, coordinatorKeys: [transactionalId] }, 'of a transaction'),
    ask(joinGroupApi, 5, {
      groupId: group,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId: '',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    }),
    ask(syncGroupApi, 3, { ...member, assignments: [] }),
    ask(heartbeatApi, 3, member),
    ask(leaveGroupApi, 4, { groupId: group, members: [{ memberId: 'nobody' }] }),
    ask(describeGroupsApi, 5, { groups: [group], includeAuthorizedOperations: true }),
    ask(listGroupsApi, 4, {}),
    ask(deleteGroupsApi, 2, { groupsNames: ['g-absent', group.replace('known', 'gone')] }),
    ask(offsetCommitApi, 8, {
      groupId: group,
      topics: [topic, absent].map((name) => ({ name, partitions: committed })),
    }),
    ask(offsetCommitApi, 10, { groupId: group, topics: [{ topicId, partitions: committed }] }),
    ask(offsetFetchApi, 5, {
      groupId: group,
      topics: [topic, absent].map((name) => ({ name, partitionIndexes: [0] })),
    }),
    ask(offsetFetchApi, 8, { groups: [{ groupId: group, topics: null }] }, 'of all'),
    ask(offsetFetchApi, 8, { groups: [{ groupId: group, topics: [{ name: topic, partitionIndexes: [0] }] }] }),
    ask(offsetFetchApi, 10, { groups: [{ groupId: group, topics: [{ topicId, partitionIndexes: [0] }] }] }),
    ask(offsetDeleteApi, 0, { groupId: group, topics: [{ name: absent, partitions: onePartition }] }),
    ask(consumerGroupHeartbeatApi, 0, {
      groupId: 'g-absent',
      memberId: 'm',
      memberEpoch: 5,
      subscribedTopicNames: [topic],
      topicPartitions: [],
    }),
    ask(
      consumerGroupHeartbeatApi,
      0,
      { groupId: group, memberId: 'm', memberEpoch: 5, subscribedTopicNames: [topic], topicPartitions: [] },
      'of a known group',
    ),
    ask(consumerGroupDescribeApi, 0, { groupIds: [group], includeAuthorizedOperations: true }),
    ask(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 1000 }),
    ask(initProducerIdApi, 4, { transactionalId, transactionTimeoutMs: 1000 }, 'for transactions'),
    ask(addPartitionsToTxnApi, 3, { ...transaction, topics: [{ name: topic, partitions: [0] }] }),
    ask(addPartitionsToTxnApi, 4, {
      transactions: [{ ...transaction, verifyOnly: true, topics: [{ name: topic, partitions: [0] }] }],
    }),
    ask(addOffsetsToTxnApi, 3, { ...transaction, groupId: group }),
    ask(endTxnApi, 3, { ...transaction, committed: true }),
    ask(txnOffsetCommitApi, 3, { ...transaction, groupId: group, topics: [{ name: topic, partitions: committed }] }),
    ask(writeTxnMarkersApi, 1, {
      markers: [
        {
          producerId: 4_000_000,
          producerEpoch: 0,
          transactionResult: true,
          topics: [{ name: absent, partitionIndexes: [0] }],
          coordinatorEpoch: 0,
        },
      ],
    }),
    ask(describeProducersApi, 0, { topics: [topic, absent].map((name) => ({ name, partitionIndexes: [0] })) }),
    ask(describeTransactionsApi, 0, { transactionalIds: [transactionalId] }),
    ask(listTransactionsApi, 0, {}),
    ask(describeAclsApi, 2, aclFilter),
    ask(createAclsApi, 2, {
      creations: [
        {
          resourceType: 2,
          resourceName: 't-nobody',
          resourcePatternType: 3,
          principal: 'User:somebody',
          host: '*',
          operation: 3,
          permissionType: 3,
        },
      ],
    }),
    ask(deleteAclsApi, 2, { filters: [aclFilter] }),
    ask(describeUserScramCredentialsApi, 0, { users: [{ name: 'nobody' }] }),
    ask(alterUserScramCredentialsApi, 0, { deletions: [{ name: 'nobody', mechanism: 1 }], upsertions: [] }),
    ask(describeClientQuotasApi, 1, { components: [], strict: false }),
    ask(alterClientQuotasApi, 1, {
      entries: [
        {
          entity: [{ entityType: 'user', entityName: 'nobody' }],
          ops: [{ key: 'producer_byte_rate', value: 1, remove: false }],
        },
      ],
      validateOnly: true,
    }),
    ask(describeLogDirsApi, 4, { topics: null }),
    ask(electLeadersApi, 2, { electionType: 0, topicPartitions: [{ topic, partitions: [0] }], timeoutMs }),
    ask(alterPartitionReassignmentsApi, 0, {
      timeoutMs,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, replicas: null }] }],
    }),
    ask(listPartitionReassignmentsApi, 0, { timeoutMs, topics: [{ name: topic, partitionIndexes: [0] }] }),
  ]
}
