import type { Caller } from '../caller.ts'
import { answer, deadlineIn, type Step } from '../step.ts'
import { addMember, identityError, newMember, takesProtocols, type ClassicGroup } from './group.ts'
import {
  chooseProtocol,
  copied,
  refusedJoin,
  sameProtocols,
  type ClassicMember,
  type JoinAnswer,
  type JoinRequest,
} from './member.ts'
import { completeIfAllJoined, dismiss, joinAnswer, keepAlive, prepareRebalance, rebalance } from './rebalance.ts'
import { classicChange } from './stored.ts'
import { topicsOf } from './subscription.ts'

/**
 * A client whose request waits cannot send heartbeats, and one that is gone cannot be told from it: it is asked to try again, so that
 * those that are gone fall out.
 */
const newMemberJoinMs = 300_000

export function join(group: ClassicGroup, request: JoinRequest, caller: Caller<JoinAnswer>, step: Step): void {
  const { memberId, groupInstanceId } = request
  if (!hasRoom(group, memberId, step)) return refuseForRoom(group, memberId, caller, step)
  if (!takesProtocols(group, request)) return answer(step, caller, refusedJoin('INCONSISTENT_GROUP_PROTOCOL', memberId))
  if (memberId === '') return joinAnew(group, request, caller, step)
  if (groupInstanceId === null && group.promised.has(memberId)) return enter(group, memberId, request, caller, step)
  const error = identityError(group, memberId, groupInstanceId)
  if (error) return answer(step, caller, refusedJoin(error, memberId))
  joinAgain(group, group.members.get(memberId)!, request, caller, step)
}

/** While members join, those count that have: so a group that is too large by now loses those that come last. */
function hasRoom({ state, members }: ClassicGroup, memberId: string, { limits }: Step): boolean {
  const { membersMax } = limits
  if (members.size < membersMax || state === 'Empty') return true
  if (state !== 'PreparingRebalance') return members.has(memberId)
  if (members.get(memberId)?.joining) return true
  let joined = 0
  for (const { joining } of members.values()) if (joining) joined++
  return joined < membersMax
}

function refuseForRoom(group: ClassicGroup, memberId: string, caller: Caller<JoinAnswer>, step: Step): void {
  const member = group.members.get(memberId)
  if (member) dismiss(group, member, step, 'GROUP_MAX_SIZE_REACHED')
  group.promised.delete(memberId)
  answer(step, caller, refusedJoin('GROUP_MAX_SIZE_REACHED', ''))
  completeIfAllJoined(group, step)
}

function joinAnew(group: ClassicGroup, request: JoinRequest, caller: Caller<JoinAnswer>, step: Step): void {
  const { groupInstanceId, clientId, mustKnowId, sessionTimeoutMs } = request
  const memberId = `${groupInstanceId ?? clientId}-${step.newId()}`
  if (groupInstanceId !== null) {
    const former = group.members.get(group.instances.get(groupInstanceId) ?? '')
    if (former) return replace(group, former, memberId, request, caller, step)
  } else if (mustKnowId) {
    // Who asks for ids and does not come is forgotten before others.
    const [oldest] = group.promised.keys()
    if (oldest !== undefined && group.promised.size >= step.limits.membersMax) group.promised.delete(oldest)
    group.promised.set(memberId, deadlineIn(step, sessionTimeoutMs))
    return answer(step, caller, refusedJoin('MEMBER_ID_REQUIRED', memberId))
  }
  enter(group, memberId, request, caller, step)
}

function enter(
  group: ClassicGroup,
  memberId: string,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  if (group.members.size === 0) group.protocolType = request.protocolType
  if (group.initialDelay) group.initialDelay.someoneCame = true
  const member = addMember(group, newMember(memberId, request))
  member.joining = caller
  member.deadline = deadlineIn(step, newMemberJoinMs)
  rebalance(group, step)
}

function joinAgain(
  group: ClassicGroup,
  member: ClassicMember,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  const isSame = sameProtocols(member.protocols, request.protocols)
  const leads = group.leader === member.memberId
  // The leader of a stable group joins again when it wants to assign anew: topics may have changed.
  const isCurrent = group.state === 'CompletingRebalance' || (group.state === 'Stable' && !leads)
  if (isCurrent && isSame) {
    keepAlive(member, step)
    return answer(step, caller, joinAnswer(group, member))
  }
  update(member, request)
  wait(member, caller, step)
  rebalance(group, step)
}

function update(member: ClassicMember, request: JoinRequest): void {
  member.protocols = copied(request.protocols)
  member.sessionTimeoutMs = request.sessionTimeoutMs
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs
}

function wait(member: ClassicMember, caller: Caller<JoinAnswer>, step: Step): void {
  // Of a connection that is gone, most likely.
  if (member.joining) answer(step, member.joining, refusedJoin('REBALANCE_IN_PROGRESS', member.memberId))
  member.joining = caller
}

/** A static member that comes back takes the place of its former self (KIP-345). */
function replace(
  group: ClassicGroup,
  former: ClassicMember,
  memberId: string,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  const { leader, state } = group
  const topics = topicsOf(group, former)?.join(' ')
  dismiss(group, former, step, 'FENCED_INSTANCE_ID')
  const member = addMember(group, newMember(memberId, request))
  if (leader === former.memberId) group.leader = memberId
  member.isNew = false
  member.assignment = former.assignment
  keepAlive(member, step)
  const goesOn =
    state === 'Stable' &&
    chooseProtocol(group.members.values()) === group.protocolName &&
    topics === topicsOf(group, member)?.join(' ')
  if (goesOn) return goOn(group, former, member, request, caller, step)
  wait(member, caller, step)
  // The former self may be in the assignment that the leader is making.
  if (state === 'CompletingRebalance') prepareRebalance(group, step)
  else rebalance(group, step)
}

function goOn(
  group: ClassicGroup,
  former: ClassicMember,
  member: ClassicMember,
  request: JoinRequest,
  caller: Caller<JoinAnswer>,
  step: Step,
): void {
  step.changes.push(classicChange(group, step.at))
  const joined = joinAnswer(group, member)
  if (group.leader !== member.memberId) return answer(step, caller, joined)
  // An old client that is not told that it leads does not assign anew.
  const skipping = request.maySkipAssignment
    ? { ...joined, skipAssignment: true }
    : { ...joined, leader: former.memberId, members: [] }
  answer(step, caller, skipping)
}
