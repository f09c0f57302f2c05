import { deleteGroupsApi } from '../protocol/apis/delete-groups.ts'
import { listGroupsApi } from '../protocol/apis/list-groups.ts'
import { offsetDeleteApi } from '../protocol/apis/offset-delete.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import { callCoordinator } from './call-coordinator.ts'
import type { Cluster } from './cluster.ts'
import { commitOffsets, committedOffsets } from './committed-offsets.ts'
import { describeGroup } from './describe-group.ts'
import type { GroupDescription, GroupListing, KafkaGroups } from './kafka-groups.ts'
import { check, withRetries } from './retry.ts'

/** So many groups are asked about at the same time. */
const describedAtOnce = 16

export function createGroupsClient(cluster: Cluster, deadlineMs: number): KafkaGroups {
  const ofGroup = <T>(group: string, attempt: (broker: Broker, timeoutMs: number) => Promise<T>): Promise<T> =>
    callCoordinator(cluster, group, deadlineMs, attempt)

  async function list(): Promise<GroupListing[]> {
    return withRetries('list groups', deadlineMs, async (timeoutMs) => {
      await cluster.describe([], { timeoutMs })
      const listed = await Promise.all(cluster.members().map((broker) => listFrom(broker, timeoutMs)))
      return listed.flat().toSorted((left, right) => (left.group < right.group ? -1 : 1))
    })
  }

  async function describe(names: readonly string[]): Promise<GroupDescription[]> {
    const found: GroupDescription[] = []
    for (let at = 0; at < names.length; at += describedAtOnce) {
      const some = names.slice(at, at + describedAtOnce)
      const described = some.map((group) => ofGroup(group, (broker, left) => describeGroup(broker, group, left)))
      for (const one of await Promise.all(described)) if (one) found.push(one)
    }
    return found
  }

  return {
    list,
    describe,
    committed: (group) => ofGroup(group, (broker, timeoutMs) => committedOffsets(broker, group, null, timeoutMs)),
    commit: (group, offsets) => ofGroup(group, (broker, timeoutMs) => commitOffsets(broker, group, offsets, timeoutMs)),
    deleteOffsets: (group, topic, partitions) =>
      ofGroup(group, (broker, timeoutMs) => deleteOffsets(broker, group, topic, partitions, timeoutMs)),
    delete: (group) =>
      ofGroup(group, async (broker, timeoutMs) => {
        const { body } = await broker.call(deleteGroupsApi, { groupsNames: [group] }, { timeoutMs })
        check(body.results[0]?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `group ${group}`)
      }),
  }
}

async function listFrom(broker: Broker, timeoutMs: number): Promise<GroupListing[]> {
  const { body } = await broker.call(listGroupsApi, {}, { timeoutMs })
  check(body.errorCode, `groups of ${broker.address}`)
  return body.groups.map(({ groupId, protocolType, groupState, groupType }) => ({
    group: groupId,
    protocolType,
    state: groupState,
    type: groupType,
  }))
}

async function deleteOffsets(
  broker: Broker,
  group: string,
  topic: string,
  partitions: readonly number[],
  timeoutMs: number,
): Promise<void> {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex }))
  const request = { groupId: group, topics: [{ name: topic, partitions: asked }] }
  const { body } = await broker.call(offsetDeleteApi, request, { timeoutMs })
  check(body.errorCode, `group ${group}`)
  for (const { partitions: results } of body.topics)
    for (const { partitionIndex, errorCode } of results)
      check(errorCode, `offset of group ${group} for partition ${partitionIndex} of topic ${topic}`)
}
