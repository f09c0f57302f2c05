import { describeGroupsApi } from '../../protocol/apis/describe-groups.ts'
import { listGroupsApi } from '../../protocol/apis/list-groups.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import type { ClassicGroup } from '../groups/classic/group.ts'
import { metadataOf, noBytes } from '../groups/classic/member.ts'
import { protocolTypeOf } from '../groups/group.ts'
import { handle, type Handler } from './handler.ts'
import type { ApiServices } from './services.ts'

export function groupDescriptionHandlers({ groups }: ApiServices): Handler[] {
  function describe(groupId: string, apiVersion: number) {
    const group = groups.find(groupId)
    if (group?.kind === 'classic') return describeClassic(group)
    if (!group && groups.has(groupId)) return { groupId, groupState: 'Empty' }
    const head = { groupId, groupState: 'Dead' }
    if (apiVersion < 6) return head
    const errorMessage = group ? `Group ${groupId} is not a classic group.` : `Group ${groupId} not found.`
    return { ...head, errorCode: kafkaErrors.GROUP_ID_NOT_FOUND, errorMessage }
  }

  return [
    handle(describeGroupsApi, (request, { apiVersion }) => ({
      groups: request.groups.map((groupId) => describe(groupId, apiVersion)),
    })),
    handle(listGroupsApi, ({ statesFilter, typesFilter }) => {
      const all = groups.ids().map((groupId) => {
        const group = groups.find(groupId)
        return {
          groupId,
          protocolType: group ? protocolTypeOf(group) : '',
          groupState: groups.stateOf(groupId),
          groupType: group?.kind ?? 'classic',
        }
      })
      return {
        groups: all.filter(
          ({ groupState, groupType }) => isAmong(statesFilter, groupState) && isAmong(typesFilter, groupType),
        ),
      }
    }),
  ]
}

/** No filter takes all. */
function isAmong(filter: readonly string[], value: string): boolean {
  return filter.length === 0 || filter.some((one) => one.toLowerCase() === value.toLowerCase())
}

/** Metadata and assignments are shown of a stable group alone: in other states they belong to no generation. */
function describeClassic(group: ClassicGroup) {
  const isStable = group.state === 'Stable'
  return {
    groupId: group.groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? metadataOf(member, group.protocolName) : noBytes,
      memberAssignment: isStable ? member.assignment : noBytes,
    })),
  }
}
