import type { Api } from './api.ts'
import { addOffsetsToTxnApi } from './apis/add-offsets-to-txn.ts'
import { addPartitionsToTxnApi } from './apis/add-partitions-to-txn.ts'
import { alterClientQuotasApi } from './apis/alter-client-quotas.ts'
import { alterConfigsApi } from './apis/alter-configs.ts'
import { alterPartitionReassignmentsApi } from './apis/alter-partition-reassignments.ts'
import { alterUserScramCredentialsApi } from './apis/alter-user-scram-credentials.ts'
import { apiVersionsApi } from './apis/api-versions.ts'
import { consumerGroupDescribeApi } from './apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from './apis/consumer-group-heartbeat.ts'
import { createAclsApi } from './apis/create-acls.ts'
import { createPartitionsApi } from './apis/create-partitions.ts'
import { createTopicsApi } from './apis/create-topics.ts'
import { deleteAclsApi } from './apis/delete-acls.ts'
import { deleteGroupsApi } from './apis/delete-groups.ts'
import { deleteRecordsApi } from './apis/delete-records.ts'
import { deleteTopicsApi } from './apis/delete-topics.ts'
import { describeAclsApi } from './apis/describe-acls.ts'
import { describeClientQuotasApi } from './apis/describe-client-quotas.ts'
import { describeClusterApi } from './apis/describe-cluster.ts'
import { describeConfigsApi } from './apis/describe-configs.ts'
import { describeGroupsApi } from './apis/describe-groups.ts'
import { describeLogDirsApi } from './apis/describe-log-dirs.ts'
import { describeProducersApi } from './apis/describe-producers.ts'
import { describeTopicPartitionsApi } from './apis/describe-topic-partitions.ts'
import { describeTransactionsApi } from './apis/describe-transactions.ts'
import { describeUserScramCredentialsApi } from './apis/describe-user-scram-credentials.ts'
import { electLeadersApi } from './apis/elect-leaders.ts'
import { endTxnApi } from './apis/end-txn.ts'
import { fetchApi } from './apis/fetch.ts'
import { findCoordinatorApi } from './apis/find-coordinator.ts'
import { heartbeatApi } from './apis/heartbeat.ts'
import { incrementalAlterConfigsApi } from './apis/incremental-alter-configs.ts'
import { initProducerIdApi } from './apis/init-producer-id.ts'
import { joinGroupApi } from './apis/join-group.ts'
import { leaveGroupApi } from './apis/leave-group.ts'
import { listGroupsApi } from './apis/list-groups.ts'
import { listOffsetsApi } from './apis/list-offsets.ts'
import { listPartitionReassignmentsApi } from './apis/list-partition-reassignments.ts'
import { listTransactionsApi } from './apis/list-transactions.ts'
import { metadataApi } from './apis/metadata.ts'
import { offsetCommitApi } from './apis/offset-commit.ts'
import { offsetDeleteApi } from './apis/offset-delete.ts'
import { offsetFetchApi } from './apis/offset-fetch.ts'
import { offsetForLeaderEpochApi } from './apis/offset-for-leader-epoch.ts'
import { produceApi } from './apis/produce.ts'
import { saslAuthenticateApi } from './apis/sasl-authenticate.ts'
import { saslHandshakeApi } from './apis/sasl-handshake.ts'
import { syncGroupApi } from './apis/sync-group.ts'
import { txnOffsetCommitApi } from './apis/txn-offset-commit.ts'
import { writeTxnMarkersApi } from './apis/write-txn-markers.ts'

/** Every API that the table describes, by key. */
export const apis: readonly Api[] = [
  produceApi,
  fetchApi,
  listOffsetsApi,
  metadataApi,
  offsetCommitApi,
  offsetFetchApi,
  findCoordinatorApi,
  joinGroupApi,
  heartbeatApi,
  leaveGroupApi,
  syncGroupApi,
  describeGroupsApi,
  listGroupsApi,
  saslHandshakeApi,
  apiVersionsApi,
  createTopicsApi,
  deleteTopicsApi,
  deleteRecordsApi,
  initProducerIdApi,
  offsetForLeaderEpochApi,
  addPartitionsToTxnApi,
  addOffsetsToTxnApi,
  endTxnApi,
  writeTxnMarkersApi,
  txnOffsetCommitApi,
  describeAclsApi,
  createAclsApi,
  deleteAclsApi,
  describeConfigsApi,
  alterConfigsApi,
  describeLogDirsApi,
  saslAuthenticateApi,
  createPartitionsApi,
  deleteGroupsApi,
  electLeadersApi,
  incrementalAlterConfigsApi,
  alterPartitionReassignmentsApi,
  listPartitionReassignmentsApi,
  offsetDeleteApi,
  describeClientQuotasApi,
  alterClientQuotasApi,
  describeUserScramCredentialsApi,
  alterUserScramCredentialsApi,
  describeClusterApi,
  describeProducersApi,
  describeTransactionsApi,
  listTransactionsApi,
  consumerGroupHeartbeatApi,
  consumerGroupDescribeApi,
  describeTopicPartitionsApi,
]

const byKey = new Map(apis.map((api) => [api.key, api]))

export function apiOfKey(key: number): Api | undefined {
  return byKey.get(key)
}
