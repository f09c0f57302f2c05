import type { ClassicChange, StoredClassicGroup, StoredClassicMember } from './change.ts'
import { addMember, createClassicGroup, type ClassicGroup } from './group.ts'
import type { ClassicMember } from './member.ts'

export function classicChange(group: ClassicGroup, at: number): ClassicChange {
  const state: StoredClassicGroup = {
    generation: group.generationId,
    type: group.protocolType,
    protocol: group.protocolName,
    leader: group.leader,
    emptySince: group.emptySince,
    assigned: group.state !== 'CompletingRebalance',
    members: [...group.members.values()].map(storedMember),
  }
  return { kind: 'classic', group: group.groupId, state, at }
}

function storedMember(member: ClassicMember): StoredClassicMember {
  return {
    id: member.memberId,
    instance: member.instanceId,
    client: member.clientId,
    host: member.clientHost,
    sessionMs: member.sessionTimeoutMs,
    rebalanceMs: member.rebalanceTimeoutMs,
    protocols: member.protocols.map(({ name, metadata }) => [name, metadata.toString('base64')]),
    assignment: member.assignment.toString('base64'),
  }
}

export function classicGroupOf(groupId: string, stored: StoredClassicGroup): ClassicGroup {
  const group = createClassicGroup(groupId)
  for (const member of stored.members) addMember(group, memberOf(member))
  group.state = group.members.size === 0 ? 'Empty' : stored.assigned ? 'Stable' : 'CompletingRebalance'
  group.generationId = stored.generation
  group.protocolType = stored.type
  group.protocolName = stored.protocol
  group.leader = stored.leader
  group.emptySince = stored.emptySince
  return group
}

function memberOf(stored: StoredClassicMember): ClassicMember {
  return {
    memberId: stored.id,
    instanceId: stored.instance,
    clientId: stored.client,
    clientHost: stored.host,
    sessionTimeoutMs: stored.sessionMs,
    rebalanceTimeoutMs: stored.rebalanceMs,
    protocols: stored.protocols.map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata, 'base64') })),
    assignment: Buffer.from(stored.assignment, 'base64'),
    isNew: false,
    joining: undefined,
    syncing: undefined,
    deadline: Infinity,
  }
}
