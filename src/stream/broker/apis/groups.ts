import { deleteGroupsApi } from '../../protocol/apis/delete-groups.ts'
import { describeGroupsApi } from '../../protocol/apis/describe-groups.ts'
import { heartbeatApi } from '../../protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../protocol/apis/join-group.ts'
import { leaveGroupApi } from '../../protocol/apis/leave-group.ts'
import { listGroupsApi } from '../../protocol/apis/list-groups.ts'
import { syncGroupApi } from '../../protocol/apis/sync-group.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { metadataOf, noBytes, refusedJoin } from '../groups/member.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

const sessionTimeoutMsMax = 1_800_000

/** The classic group protocol; members of other protocol types than consumers (Connect's workers) alike. */
export function groupHandlers({ groups, logger }: ApiServices): Handler[] {
  return [
    handle(joinGroupApi, async (request, { apiVersion, clientId, clientHost }) => {
      const { groupId, memberId, sessionTimeoutMs, rebalanceTimeoutMs } = request
      const { error, ...answer } =
        groupId === ''
          ? refusedJoin('INVALID_GROUP_ID', memberId)
          : sessionTimeoutMs < 1 || sessionTimeoutMs > sessionTimeoutMsMax
            ? refusedJoin('INVALID_SESSION_TIMEOUT', memberId)
            : memberId !== '' && !groups.find(groupId)
              ? refusedJoin('UNKNOWN_MEMBER_ID', memberId)
              : await groups.findOrCreate(groupId).join({
                  ...request,
                  clientId,
                  clientHost,
                  rebalanceTimeoutMs:
                    rebalanceTimeoutMs < 0 ? sessionTimeoutMs : Math.min(rebalanceTimeoutMs, 2 ** 31 - 1),
                  mustKnowId: apiVersion >= 4,
                  maySkipAssignment: apiVersion >= 9,
                })
      const protocolName = answer.protocolName ?? (apiVersion >= 7 ? null : '')
      return { errorCode: kafkaErrors[error], ...answer, protocolName }
    }),
    handle(
      syncGroupApi,
      async ({ groupId, memberId, groupInstanceId, generationId, protocolType, protocolName, assignments }) => {
        const group = groups.find(groupId)
        if (!group) return { errorCode: kafkaErrors.UNKNOWN_MEMBER_ID }
        const { error, ...answer } = await group.sync(
          memberId,
          groupInstanceId,
          generationId,
          { type: protocolType, name: protocolName },
          assignments,
        )
        return { errorCode: kafkaErrors[error], ...answer }
      },
    ),
    handle(heartbeatApi, ({ groupId, memberId, groupInstanceId, generationId }) => ({
      errorCode:
        kafkaErrors[groups.find(groupId)?.heartbeat(memberId, groupInstanceId, generationId) ?? 'UNKNOWN_MEMBER_ID'],
    })),
    handle(leaveGroupApi, ({ groupId, memberId, members }, { apiVersion }) => {
      const group = groups.find(groupId)
      const leaving = apiVersion >= 3 ? members : [{ memberId, groupInstanceId: null }]
      const left = leaving.map((one) => ({
        memberId: one.memberId,
        groupInstanceId: one.groupInstanceId,
        errorCode: kafkaErrors[group?.leave(one.memberId, one.groupInstanceId) ?? 'UNKNOWN_MEMBER_ID'],
      }))
      return { errorCode: apiVersion >= 3 ? 0 : left[0]!.errorCode, members: left }
    }),
    handle(describeGroupsApi, (request, { apiVersion }) => ({
      groups: request.groups.map((groupId) => {
        const group = groups.find(groupId)
        const isThere = groups.has(groupId)
        if (!group || !isThere)
          return {
            groupId,
            groupState: isThere ? 'Empty' : 'Dead',
            protocolType: isThere ? 'consumer' : '',
            errorCode: isThere || apiVersion < 6 ? 0 : kafkaErrors.GROUP_ID_NOT_FOUND,
            errorMessage: isThere ? null : `there is no group "${groupId}"`,
          }
        return {
          groupId,
          groupState: group.state,
          protocolType: group.protocolType,
          protocolData: group.protocolName,
          members: group.members.map((member) => ({
            memberId: member.memberId,
            groupInstanceId: member.instanceId,
            clientId: member.clientId,
            clientHost: `/${member.clientHost}`,
            memberMetadata: group.state === 'Stable' ? metadataOf(member, group.protocolName) : noBytes,
            memberAssignment: member.assignment,
          })),
        }
      }),
    })),
    handle(listGroupsApi, ({ statesFilter, typesFilter }) => {
      const all = groups.ids().map((groupId) => {
        const group = groups.find(groupId)
        return {
          groupId,
          protocolType: group?.protocolType || 'consumer',
          groupState: group?.state ?? 'Empty',
          groupType: 'classic',
        }
      })
      const wanted = (filter: readonly string[], value: string): boolean =>
        filter.length === 0 || filter.some((one) => one.toLowerCase() === value.toLowerCase())
      return {
        groups: all.filter(
          ({ groupState, groupType }) => wanted(statesFilter, groupState) && wanted(typesFilter, groupType),
        ),
      }
    }),
    handle(deleteGroupsApi, async ({ groupsNames }) => ({
      results: await Promise.all(
        groupsNames.map(async (groupId) => {
          if (!groups.has(groupId)) return { groupId, errorCode: kafkaErrors.GROUP_ID_NOT_FOUND }
          if (groups.find(groupId)?.isIdle === false) return { groupId, errorCode: kafkaErrors.NON_EMPTY_GROUP }
          try {
            await groups.delete(groupId)
            return { groupId, errorCode: 0 }
          } catch (error) {
            return { groupId, errorCode: refusalOf(error, logger).errorCode }
          }
        }),
      ),
    })),
  ]
}
