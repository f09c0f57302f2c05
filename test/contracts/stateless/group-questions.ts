import { consumerGroupDescribeApi } from '../../../src/stream/protocol/apis/consumer-group-describe.ts'
import { deleteGroupsApi } from '../../../src/stream/protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../../src/stream/protocol/apis/describe-groups.ts'
import { heartbeatApi } from '../../../src/stream/protocol/apis/heartbeat.ts'
import { leaveGroupApi } from '../../../src/stream/protocol/apis/leave-group.ts'
import { listGroupsApi } from '../../../src/stream/protocol/apis/list-groups.ts'
import { offsetCommitApi } from '../../../src/stream/protocol/apis/offset-commit.ts'
import { offsetDeleteApi } from '../../../src/stream/protocol/apis/offset-delete.ts'
import { offsetFetchApi } from '../../../src/stream/protocol/apis/offset-fetch.ts'
import { syncGroupApi } from '../../../src/stream/protocol/apis/sync-group.ts'
import { inEachVersion, unknownId, type Question } from './question.ts'

/** Of a group that there is not: what members, and who administers them, are told in each version. */
export function groupQuestions(): readonly Question[] {
  const groupId = 'nobody'
  const member = { groupId, generationId: 3, memberId: 'm' }
  const wanted = [{ name: 'orders', topicId: unknownId, partitionIndexes: [0, 9] }]
  const committed = [{ partitionIndex: 0, committedOffset: 5 }]
  const commit = { groupId, generationIdOrMemberEpoch: 3, memberId: 'm', topics: [{ name: 'orders' }] }
  return [
    ...inEachVersion(heartbeatApi, member),
    ...inEachVersion(syncGroupApi, { ...member, protocolType: 'consumer', protocolName: 'range' }),
    ...inEachVersion(leaveGroupApi, { groupId, memberId: 'm', members: [{ memberId: 'm', groupInstanceId: null }] }),
    ...inEachVersion(offsetCommitApi, { ...commit, topics: [{ ...commit.topics[0]!, partitions: committed }] }, 0, 9),
    ...inEachVersion(offsetFetchApi, { groupId, topics: wanted }, 0, 7),
    ...inEachVersion(offsetFetchApi, { groupId, topics: null }, 2, 7),
    ...inEachVersion(offsetFetchApi, { groups: [{ groupId, topics: wanted }] }, 8),
    ...inEachVersion(offsetFetchApi, { groups: [{ groupId, topics: null }] }, 8),
    ...inEachVersion(describeGroupsApi, { groups: [groupId, ''] }),
    ...inEachVersion(consumerGroupDescribeApi, { groupIds: [groupId] }),
    ...inEachVersion(listGroupsApi, {}),
    ...inEachVersion(deleteGroupsApi, { groupsNames: [groupId] }),
    ...inEachVersion(offsetDeleteApi, { groupId, topics: [] }),
  ]
}
