import { deleteGroupsApi } from '../../protocol/apis/delete-groups.ts'
import { heartbeatApi } from '../../protocol/apis/heartbeat.ts'
import { joinGroupApi } from '../../protocol/apis/join-group.ts'
import { leaveGroupApi } from '../../protocol/apis/leave-group.ts'
import { syncGroupApi } from '../../protocol/apis/sync-group.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { kafkaErrors, type KafkaErrorName } from '../../protocol/errors.ts'
import { refusedJoin, refusedSync, type JoinAnswer } from '../groups/classic/member.ts'
import { isTooLarge } from '../groups/member-size.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { seesTopic } from './seen-topics.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** The classic group protocol; members of other protocol types than consumers (Connect's workers) alike. */
export function groupHandlers(services: ApiServices): Handler[] {
  const { groups, logger } = services

  async function orRefused<T>(work: () => Promise<T>, refused: (error: KafkaErrorName) => T): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof KafkaRefusal) return refused(error.errorName)
      logger.error({ err: error }, 'a request of a group failed')
      return refused('UNKNOWN_SERVER_ERROR')
    }
  }

  return [
    handle(joinGroupApi, async (request, context) => {
      const refused = (error: KafkaErrorName): JoinAnswer => refusedJoin(error, request.memberId)
      const { error, ...answer } = await orRefused(() => joinGroup(services, request, context), refused)
      const protocolName = answer.protocolName ?? (context.apiVersion >= 7 ? null : '')
      return { errorCode: kafkaErrors[error], ...answer, protocolName }
    }),
    handle(syncGroupApi, async (request, { apiVersion }) => {
      const { groupId, protocolType, protocolName } = request
      const mustName = apiVersion >= 5 && (protocolType === null || protocolName === null)
      const { error, ...answer } =
        groupId === ''
          ? refusedSync('INVALID_GROUP_ID')
          : mustName
            ? refusedSync('INCONSISTENT_GROUP_PROTOCOL')
            : request.assignments.some(({ assignment }) => isTooLarge([assignment]))
              ? refusedSync('INVALID_REQUEST')
              : await orRefused(() => groups.sync(groupId, request), refusedSync)
      return { errorCode: kafkaErrors[error], ...answer }
    }),
    handle(heartbeatApi, async (request, context) => {
      const { groupId } = request
      if (groupId === '') return { errorCode: kafkaErrors.INVALID_GROUP_ID }
      const beat = (): Promise<KafkaErrorName> => groups.heartbeat(groupId, request, seesTopic(services, context))
      return { errorCode: kafkaErrors[await orRefused(beat, (error) => error)] }
    }),
    handle(leaveGroupApi, async ({ groupId, memberId, members }, { apiVersion }) => {
      if (groupId === '') return { errorCode: kafkaErrors.INVALID_GROUP_ID }
      const leaving = apiVersion >= 3 ? members : [{ memberId, groupInstanceId: null, reason: null }]
      logger.debug({ group: groupId, leaving }, 'members leave')
      const all = (error: KafkaErrorName): readonly KafkaErrorName[] => leaving.map(() => error)
      const errors = await orRefused(() => groups.leave(groupId, leaving), all)
      const left = leaving.map((one, index) => ({
        memberId: one.memberId,
        groupInstanceId: one.groupInstanceId,
        errorCode: kafkaErrors[errors[index]!],
      }))
      return { errorCode: apiVersion >= 3 ? 0 : left[0]!.errorCode, members: left }
    }),
    handle(deleteGroupsApi, async ({ groupsNames }) => ({
      results: await Promise.all(
        groupsNames.map(async (groupId) => ({ groupId, errorCode: await deleteGroup(services, groupId) })),
      ),
    })),
  ]
}

async function joinGroup(
  services: ApiServices,
  request: RequestOf<typeof joinGroupApi>,
  context: RequestContext,
): Promise<JoinAnswer> {
  const { groups, limits } = services
  const { apiVersion, clientId, clientHost } = context
  const { groupId, memberId, sessionTimeoutMs, rebalanceTimeoutMs } = request
  if (groupId === '') return refusedJoin('INVALID_GROUP_ID', memberId)
  const { groupSessionTimeoutMsMin: min, groupSessionTimeoutMsMax: max } = limits
  if (sessionTimeoutMs < min || sessionTimeoutMs > max) return refusedJoin('INVALID_SESSION_TIMEOUT', memberId)
  const { protocols, protocolType, groupInstanceId } = request
  const pieces = protocols.flatMap(({ name, metadata }) => [name, metadata])
  if (isTooLarge([...pieces, groupId, memberId, protocolType, groupInstanceId ?? '']))
    throw new KafkaRefusal('INVALID_REQUEST', `a member of group "${groupId.slice(0, 100)}" says more than it may`)
  const joining = {
    ...request,
    clientId,
    clientHost: `/${clientHost}`,
    // Before version 1 there is none.
    rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
    mustKnowId: apiVersion >= 4,
    maySkipAssignment: apiVersion >= 9,
  }
  return groups.join(groupId, joining, seesTopic(services, context))
}

async function deleteGroup({ groups, logger }: ApiServices, groupId: string): Promise<number> {
  if (!groups.has(groupId)) return kafkaErrors.GROUP_ID_NOT_FOUND
  try {
    return (await groups.delete(groupId)) ? 0 : kafkaErrors.NON_EMPTY_GROUP
  } catch (error) {
    return refusalOf(error, logger).errorCode
  }
}
