import type { ResponseOf } from '../protocol/api.ts'
import { consumerGroupDescribeApi } from '../protocol/apis/consumer-group-describe.ts'
import { describeGroupsApi } from '../protocol/apis/describe-groups.ts'
import { decodeAssignment } from '../protocol/consumer-protocol.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { GroupDescription, GroupMember } from './kafka-groups.ts'
import { check, isUnsupported } from './retry.ts'

type NewGroup = ResponseOf<typeof consumerGroupDescribeApi>['groups'][number]
type ClassicGroup = ResponseOf<typeof describeGroupsApi>['groups'][number]

/** By both protocols: only the broker knows which one a group is of. Undefined when there is no such group. */
export async function describeGroup(
  broker: Broker,
  group: string,
  timeoutMs: number,
): Promise<GroupDescription | undefined> {
  return (await describeNew(broker, group, timeoutMs)) ?? describeClassic(broker, group, timeoutMs)
}

async function describeNew(broker: Broker, group: string, timeoutMs: number): Promise<GroupDescription | undefined> {
  try {
    const { body } = await broker.call(consumerGroupDescribeApi, { groupIds: [group] }, { timeoutMs })
    const [found] = body.groups
    if (found?.errorCode === kafkaErrors.GROUP_ID_NOT_FOUND) return undefined
    // A broker whose new protocol is switched off has only classic groups.
    if (found?.errorCode === kafkaErrors.UNSUPPORTED_VERSION) return undefined
    check(found?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `group ${group}`, found?.errorMessage)
    return newGroup(found!, broker.address)
  } catch (error) {
    if (isUnsupported(error)) return undefined
    throw error
  }
}

async function describeClassic(
  broker: Broker,
  group: string,
  timeoutMs: number,
): Promise<GroupDescription | undefined> {
  const { body } = await broker.call(describeGroupsApi, { groups: [group] }, { timeoutMs })
  const [found] = body.groups
  if (found?.errorCode === kafkaErrors.GROUP_ID_NOT_FOUND) return undefined
  check(found?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `group ${group}`, found?.errorMessage)
  // Brokers before 3.9 answer so for a group that does not exist.
  if (found!.groupState === 'Dead') return undefined
  return classicGroup(found!, broker.address)
}

function newGroup(found: NewGroup, coordinator: string): GroupDescription {
  return {
    group: found.groupId,
    type: 'consumer',
    protocolType: 'consumer',
    state: found.groupState,
    assignor: found.assignorName,
    coordinator,
    members: found.members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
      memberId,
      instanceId,
      clientId,
      clientHost: hostOf(clientHost),
      assignment: assignment.topicPartitions.map(({ topicName, partitions }) => ({ topic: topicName, partitions })),
    })),
  }
}

function classicGroup(found: ClassicGroup, coordinator: string): GroupDescription {
  const { groupId, groupState, protocolType, protocolData } = found
  return {
    group: groupId,
    type: 'classic',
    protocolType,
    state: groupState,
    assignor: protocolType === 'consumer' ? protocolData : '',
    coordinator,
    members: found.members.map(({ memberId, groupInstanceId, clientId, clientHost, memberAssignment }) => ({
      memberId,
      instanceId: groupInstanceId,
      clientId,
      clientHost: hostOf(clientHost),
      assignment: protocolType === 'consumer' ? assignmentOf(memberAssignment) : undefined,
    })),
  }
}

/** Undefined for bytes that are no assignment: what a client wrote must not hide its group. */
function assignmentOf(data: Buffer): GroupMember['assignment'] {
  try {
    return decodeAssignment(data).assignedPartitions.map(({ topic, partitions }) => ({ topic, partitions }))
  } catch {
    return undefined
  }
}

/** Brokers write `/10.0.0.1`, as Java prints an address. */
function hostOf(clientHost: string): string {
  return clientHost.replace(/^\//, '')
}
