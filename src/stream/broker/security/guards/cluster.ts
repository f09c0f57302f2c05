import { alterClientQuotasApi } from '../../../protocol/apis/alter-client-quotas.ts'
import { alterPartitionReassignmentsApi } from '../../../protocol/apis/alter-partition-reassignments.ts'
import { alterUserScramCredentialsApi } from '../../../protocol/apis/alter-user-scram-credentials.ts'
import { createAclsApi } from '../../../protocol/apis/create-acls.ts'
import { deleteAclsApi } from '../../../protocol/apis/delete-acls.ts'
import { describeAclsApi } from '../../../protocol/apis/describe-acls.ts'
import { describeClientQuotasApi } from '../../../protocol/apis/describe-client-quotas.ts'
import { describeLogDirsApi } from '../../../protocol/apis/describe-log-dirs.ts'
import { describeUserScramCredentialsApi } from '../../../protocol/apis/describe-user-scram-credentials.ts'
import { electLeadersApi } from '../../../protocol/apis/elect-leaders.ts'
import { listPartitionReassignmentsApi } from '../../../protocol/apis/list-partition-reassignments.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName, type Operation } from '../acl/acl.ts'
import { needs, type Access, type Guard } from './guard.ts'

const refused = { errorCode: kafkaErrors.CLUSTER_AUTHORIZATION_FAILED, errorMessage: 'Cluster authorization failed.' }
const { errorCode } = refused

function cluster(operation: Operation): (request: unknown, access: Access) => boolean {
  return (_, access) => access.may(operation, 'cluster', clusterName)
}

/** What is about the whole log: ACLs, users, quotas, replicas. */
export const clusterGuards: readonly Guard[] = [
  needs(describeAclsApi, cluster('describe'), () => refused),
  needs(createAclsApi, cluster('alter'), ({ creations }) => ({ results: creations.map(() => refused) })),
  needs(deleteAclsApi, cluster('alter'), ({ filters }) => ({ filterResults: filters.map(() => refused) })),
  needs(describeUserScramCredentialsApi, cluster('describe'), ({ users }) => ({
    ...refused,
    results: (users ?? []).map(() => refused),
  })),
  needs(alterUserScramCredentialsApi, cluster('alter'), ({ deletions, upsertions }) => ({
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({ user, ...refused })),
  })),
  needs(describeClientQuotasApi, cluster('describe-configs'), () => ({ ...refused, entries: null })),
  needs(alterClientQuotasApi, cluster('alter-configs'), ({ entries }) => ({
    entries: entries.map(({ entity }) => ({ entity, ...refused })),
  })),
  needs(describeLogDirsApi, cluster('describe'), () => ({ errorCode })),
  needs(electLeadersApi, cluster('alter'), ({ topicPartitions }) => ({
    errorCode,
    replicaElectionResults: (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, ...refused })),
    })),
  })),
  needs(alterPartitionReassignmentsApi, cluster('alter'), ({ topics }) => ({
    ...refused,
    responses: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...refused })),
    })),
  })),
  needs(listPartitionReassignmentsApi, cluster('describe'), () => refused),
]
