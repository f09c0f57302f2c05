import type { Caller } from '../caller.ts'
import type { KafkaErrorName } from '../../../protocol/errors.ts'
import { answer, type Step } from '../step.ts'
import { memberError, type ClassicGroup, type MemberName } from './group.ts'
import { refusedSync, type SyncAnswer } from './member.ts'
import { assign, keepAlive, syncAnswer, synced } from './rebalance.ts'

export interface SyncRequest extends MemberName {
  /** Null in versions that do not name them. */
  readonly protocolType: string | null
  readonly protocolName: string | null
  /** Of the leader. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
}

export function sync(group: ClassicGroup, request: SyncRequest, caller: Caller<SyncAnswer>, step: Step): void {
  const error = syncError(group, request)
  if (error) return answer(step, caller, refusedSync(error))
  const member = group.members.get(request.memberId)!
  synced(group, member)
  if (group.state === 'Stable') {
    keepAlive(member, step)
    return answer(step, caller, syncAnswer(group, member))
  }
  // Of a connection that is gone, most likely.
  if (member.syncing) answer(step, member.syncing, refusedSync('REBALANCE_IN_PROGRESS'))
  member.syncing = caller
  if (group.leader === member.memberId) assign(group, request.assignments, step)
}

function syncError(group: ClassicGroup, request: SyncRequest): KafkaErrorName | undefined {
  const error = memberError(group, request)
  if (error) return error
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName))
    return 'INCONSISTENT_GROUP_PROTOCOL'
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : undefined
}

function differs(named: string | null, own: string | null): boolean {
  return named !== null && own !== null && named !== own
}
