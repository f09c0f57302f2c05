import type { KafkaErrorName } from '../../../protocol/errors.ts'
import { copied, noBytes, type ClassicMember, type JoinRequest } from './member.ts'

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

/** A group of the classic protocol. Only this folder changes it. It knows nothing of topics: Connect's workers use it as consumers do. */
export interface ClassicGroup {
  readonly kind: 'classic'
  readonly groupId: string
  state: ClassicState
  generationId: number
  protocolType: string | null
  protocolName: string | null
  leader: string | null
  /** Milliseconds since the epoch; null while it has members. */
  emptySince: number | null
  /** In the order in which they came. */
  readonly members: Map<string, ClassicMember>
  /** Ids of static members by their instance (KIP-345). */
  readonly instances: Map<string, string>
  /** Ids that were given away (KIP-394) until their owners join, with when they lapse. */
  readonly promised: Map<string, number>
  /** Who has not asked for its assignment in this generation. */
  readonly unsynced: Set<string>
  /** When PreparingRebalance ends, whoever has joined; Infinity in other states. */
  joinDeadline: number
  /** When members that have not asked for their assignment are out. */
  syncDeadline: number
  /** While the first generation of an empty group waits for others. */
  initialDelay: { remainingMs: number; someoneCame: boolean } | undefined
}

export function createClassicGroup(groupId: string): ClassicGroup {
  return {
    kind: 'classic',
    groupId,
    state: 'Empty',
    generationId: 0,
    protocolType: null,
    protocolName: null,
    leader: null,
    emptySince: null,
    members: new Map(),
    instances: new Map(),
    promised: new Map(),
    unsynced: new Set(),
    joinDeadline: Infinity,
    syncDeadline: Infinity,
    initialDelay: undefined,
  }
}

export function addMember(group: ClassicGroup, member: ClassicMember): ClassicMember {
  if (group.members.size === 0) group.leader = null
  group.members.set(member.memberId, member)
  if (member.instanceId !== null) group.instances.set(member.instanceId, member.memberId)
  group.leader ??= member.memberId
  group.promised.delete(member.memberId)
  return member
}

export function newMember(memberId: string, request: JoinRequest): ClassicMember {
  return {
    memberId,
    instanceId: request.groupInstanceId,
    clientId: request.clientId,
    clientHost: request.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    protocols: copied(request.protocols),
    assignment: noBytes,
    isNew: true,
    joining: undefined,
    syncing: undefined,
    deadline: Infinity,
  }
}

export function removeMember(group: ClassicGroup, { memberId, instanceId }: ClassicMember): void {
  group.members.delete(memberId)
  group.unsynced.delete(memberId)
  // The instance may have a new member by now.
  if (instanceId !== null && group.instances.get(instanceId) === memberId) group.instances.delete(instanceId)
  if (group.leader === memberId) group.leader = group.members.keys().next().value ?? null
}

/** What is wrong with the name that a member gives itself. */
export function identityError(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
): KafkaErrorName | undefined {
  if (instanceId !== null) {
    const known = group.instances.get(instanceId)
    if (known === undefined) return 'UNKNOWN_MEMBER_ID'
    if (known !== memberId) return 'FENCED_INSTANCE_ID'
  }
  return group.members.has(memberId) ? undefined : 'UNKNOWN_MEMBER_ID'
}

export function memberError(
  group: ClassicGroup,
  { memberId, groupInstanceId, generationId }: MemberName,
): KafkaErrorName | undefined {
  const error = identityError(group, memberId, groupInstanceId)
  return error ?? (generationId === group.generationId ? undefined : 'ILLEGAL_GENERATION')
}

export interface MemberName {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly generationId: number
}

/** Whether a member with these protocols can be in the group. */
export function takesProtocols(
  group: ClassicGroup,
  { protocolType, protocols }: Pick<JoinRequest, 'protocolType' | 'protocols'>,
): boolean {
  if (protocolType === '' || protocols.length === 0) return false
  if (group.members.size === 0) return true
  return protocolType === group.protocolType && sharesProtocol(group, protocols)
}

function sharesProtocol({ members }: ClassicGroup, protocols: JoinRequest['protocols']): boolean {
  const others = [...members.values()]
  return protocols.some(({ name }) => others.every((member) => member.protocols.some((known) => known.name === name)))
}

export function rebalanceTimeoutMs({ members }: ClassicGroup): number {
  let longest = 0
  for (const member of members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs)
  return longest
}
