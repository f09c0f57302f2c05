import { consumerGroupDescribeApi } from '../../../protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from '../../../protocol/apis/consumer-group-heartbeat.ts'
import { deleteGroupsApi } from '../../../protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../../protocol/apis/describe-groups.ts'
import { heartbeatApi } from '../../../protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../../protocol/apis/join-group.ts'
import { leaveGroupApi } from '../../../protocol/apis/leave-group.ts'
import { listGroupsApi } from '../../../protocol/apis/list-groups.ts'
import { syncGroupApi } from '../../../protocol/apis/sync-group.ts'
import { kafkaErrors } from '../../../protocol/errors.ts'
import { clusterName } from '../acl/acl.ts'
import { guard, needs, split, type Access, type Guard } from './guard.ts'

const errorCode = kafkaErrors.GROUP_AUTHORIZATION_FAILED
const topicErrorCode = kafkaErrors.TOPIC_AUTHORIZATION_FAILED
const notAsked = -(2 ** 31)

const mayRead = ({ groupId }: { readonly groupId: string }, access: Access): boolean =>
  access.may('read', 'group', groupId)

/** Members of groups, and looking at groups. */
export const groupGuards: readonly Guard[] = [
  needs(joinGroupApi, mayRead, ({ memberId }) => ({ errorCode, memberId })),
  needs(syncGroupApi, mayRead, () => ({ errorCode })),
  needs(heartbeatApi, mayRead, () => ({ errorCode })),
  needs(leaveGroupApi, mayRead, () => ({ errorCode })),
  guard(consumerGroupHeartbeatApi, (request, { access }) => {
    if (!mayRead(request, access)) return { refusal: { errorCode, errorMessage: null, memberId: null } }
    const mayAll = (request.subscribedTopicNames ?? []).every((name) => access.may('describe', 'topic', name))
    return mayAll ? { request } : { refusal: { errorCode: topicErrorCode, errorMessage: null, memberId: null } }
  }),
  guard(describeGroupsApi, (request, { access }) => {
    const [groups, others] = split(request.groups, (groupId) => access.may('describe', 'group', groupId))
    return {
      request: { ...request, groups },
      complete: (answer) => ({
        ...answer,
        groups: [
          ...others.map((groupId) => ({ groupId, errorCode })),
          ...(answer.groups ?? []).map((group) => ({
            ...group,
            authorizedOperations:
              request.includeAuthorizedOperations && !group.errorCode
                ? access.operations('group', group.groupId ?? '')
                : notAsked,
          })),
        ],
      }),
    }
  }),
  guard(consumerGroupDescribeApi, (request, { access }) => {
    const [groupIds, others] = split(request.groupIds, (groupId) => access.may('describe', 'group', groupId))
    return {
      request: { ...request, groupIds },
      complete: (answer) => ({
        ...answer,
        groups: [
          ...others.map((groupId) => ({ groupId, errorCode, errorMessage: null })),
          ...(answer.groups ?? []).map((group) => ({
            ...hideTopics(group, access),
            authorizedOperations:
              request.includeAuthorizedOperations && !group.errorCode
                ? access.operations('group', group.groupId ?? '')
                : notAsked,
          })),
        ],
      }),
    }
  }),
  guard(listGroupsApi, (request, { access }) => ({
    request,
    complete: (answer) => {
      if (access.may('describe', 'cluster', clusterName, { quiet: true })) return answer
      const groups = answer.groups?.filter(({ groupId }) =>
        access.may('describe', 'group', groupId ?? '', { quiet: true }),
      )
      return { ...answer, groups }
    },
  })),
  guard(deleteGroupsApi, (request, { access }) => {
    const [groupsNames, others] = split(request.groupsNames, (groupId) => access.may('delete', 'group', groupId))
    return {
      request: { ...request, groupsNames },
      complete: (answer) => ({
        ...answer,
        results: [...(answer.results ?? []), ...others.map((groupId) => ({ groupId, errorCode }))],
      }),
    }
  }),
]

interface DescribedGroup {
  readonly groupId?: string | undefined
  readonly errorCode?: number | undefined
  readonly members?:
    | readonly {
        readonly subscribedTopicNames?: readonly string[] | undefined
        readonly assignment?: Assignment | undefined
        readonly targetAssignment?: Assignment | undefined
      }[]
    | undefined
}

interface Assignment {
  readonly topicPartitions?: readonly { readonly topicName?: string | undefined }[] | undefined
}

/** A group whose members have a topic that may not be described is not described at all. */
function hideTopics<Group extends DescribedGroup>(group: Group, access: Access): Group {
  const names = (group.members ?? []).flatMap(({ assignment, targetAssignment }) =>
    [assignment, targetAssignment].flatMap((one) => (one?.topicPartitions ?? []).map(({ topicName }) => topicName)),
  )
  const mayAll = names.every((name) => name === undefined || access.may('describe', 'topic', name))
  if (mayAll) return group
  const errorMessage = 'The group has described topic(s) that the client is not authorized to describe.'
  return { ...group, errorCode: topicErrorCode, errorMessage, members: [] }
}
