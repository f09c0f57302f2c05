import { randomUUID } from 'node:crypto'
import { consumerGroupDescribeApi } from '../../protocol/apis/consumer-group-describe.ts'
import { consumerGroupHeartbeatApi } from '../../protocol/apis/consumer-group-heartbeat.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { assignors } from '../groups/consumer/assignors/all.ts'
import { stateOf, type ConsumerGroup } from '../groups/consumer/group.ts'
import { awayEpoch, type ConsumerMember } from '../groups/consumer/member.ts'
import { listed, type Holding, type Partitions } from '../groups/consumer/partitions.ts'
import { preferredAssignor } from '../groups/consumer/target.ts'
import { isTooLarge } from '../groups/member-size.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { handle, type Handler } from './handler.ts'
import { seesTopic } from './seen-topics.ts'
import { refusalOf, type ApiServices } from './services.ts'

type HeartbeatRequest = RequestOf<typeof consumerGroupHeartbeatApi>

/** KIP-848. */
export function consumerGroupHandlers(services: ApiServices): Handler[] {
  const { groups, logger } = services
  return [
    handle(consumerGroupHeartbeatApi, async (request, context) => {
      const { apiVersion, clientId, clientHost } = context
      const { groupId, topicPartitions } = request
      try {
        checkRequest(request, apiVersion)
        // Before version 1 the log makes the ids of members.
        const memberId = request.memberId === '' ? randomUUID() : request.memberId
        const beat = { ...request, memberId, clientId, clientHost: `/${clientHost}`, topicPartitions }
        const { assignment, ...answer } = await groups.consumerHeartbeat(groupId, beat, seesTopic(services, context))
        return { ...answer, assignment: assignment && { topicPartitions: assignment } }
      } catch (error) {
        return { ...refusalOf(error, logger), memberId: null }
      }
    }),
    handle(consumerGroupDescribeApi, ({ groupIds }) => ({
      groups: groupIds.map((groupId) => describe(services, groupId)),
    })),
  ]
}

/** Throws INVALID_REQUEST or UNSUPPORTED_ASSIGNOR. */
function checkRequest(request: HeartbeatRequest, apiVersion: number): void {
  const wrong = mistakeOf(request, apiVersion)
  if (wrong) throw new KafkaRefusal('INVALID_REQUEST', wrong)
  const { serverAssignor } = request
  if (serverAssignor !== null && !assignors.has(serverAssignor))
    throw new KafkaRefusal(
      'UNSUPPORTED_ASSIGNOR',
      `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${[...assignors.keys()].join(', ')}.`,
    )
}

function mistakeOf(request: HeartbeatRequest, apiVersion: number): string | undefined {
  const { groupId, memberId, instanceId, rackId, memberEpoch } = request
  if (groupId.trim() === '') return "GroupId can't be empty."
  if (memberId.trim() === '' && (apiVersion >= 1 || memberEpoch !== 0)) return "MemberId can't be empty."
  if (instanceId?.trim() === '') return "InstanceId can't be empty."
  if (rackId?.trim() === '') return "RackId can't be empty."
  if (memberEpoch === awayEpoch && instanceId === null) return "InstanceId can't be null."
  const { subscribedTopicNames, subscribedTopicRegex } = request
  const pieces = [groupId, memberId, instanceId ?? '', rackId ?? '', subscribedTopicRegex ?? '']
  if (isTooLarge([...pieces, ...(subscribedTopicNames ?? [])])) return 'The member says more than it may.'
  if (memberEpoch < awayEpoch) return 'MemberEpoch is invalid.'
  return memberEpoch === 0 ? mistakeOfJoin(request) : undefined
}

function mistakeOfJoin(request: HeartbeatRequest): string | undefined {
  const { rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex } = request
  if (rebalanceTimeoutMs === -1) return 'RebalanceTimeoutMs must be provided in first request.'
  if (topicPartitions?.length !== 0) return 'TopicPartitions must be empty when (re-)joining.'
  if (subscribedTopicNames === null && subscribedTopicRegex === null)
    return 'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.'
  return undefined
}

function describe(services: ApiServices, groupId: string) {
  const head = { groupId, groupState: '', assignorName: '' }
  if (groupId === '') return { ...head, errorCode: kafkaErrors.INVALID_GROUP_ID, errorMessage: null }
  const group = services.groups.find(groupId)
  if (group?.kind === 'consumer') return describeGroup(services, group)
  const isOther = services.groups.has(groupId)
  const errorMessage = isOther ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`
  return { ...head, errorCode: kafkaErrors.GROUP_ID_NOT_FOUND, errorMessage }
}

function describeGroup(services: ApiServices, group: ConsumerGroup) {
  return {
    groupId: group.groupId,
    groupState: stateOf(group),
    groupEpoch: group.epoch,
    assignmentEpoch: group.assignmentEpoch,
    assignorName: preferredAssignor(group),
    members: [...group.members.values()].map((member) => describeMember(services, member)),
  }
}

function describeMember({ topics }: ApiServices, member: ConsumerMember) {
  const named = (...held: readonly (Partitions | Holding)[]) => ({
    topicPartitions: listed(...held).flatMap(({ topicId, partitions: ones }) => {
      const topic = topics.byId(topicId)
      return topic ? [{ topicId, topicName: topic.name, partitions: ones }] : []
    }),
  })
  return {
    memberId: member.memberId,
    instanceId: member.instanceId,
    rackId: member.rackId,
    memberEpoch: member.epoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    // What it is giving up is still its own.
    assignment: named(member.assigned, member.revoking),
    targetAssignment: named(member.target),
    memberType: member.classic ? 0 : 1,
  }
}
