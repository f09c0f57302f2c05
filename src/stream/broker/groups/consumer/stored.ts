import type { StoredConsumerMember, StoredHead, StoredHolding } from './change.ts'
import { createConsumerGroup, type ConsumerGroup } from './group.ts'
import type { ConsumerMember, MemberState } from './member.ts'
import { listed, type Holding } from './partitions.ts'

export function storedMember(member: ConsumerMember): StoredConsumerMember {
  const { classic } = member
  return {
    instance: member.instanceId,
    rack: member.rackId,
    client: member.clientId,
    host: member.clientHost,
    rebalanceMs: member.rebalanceTimeoutMs,
    names: member.topicNames,
    regex: member.topicRegex,
    assignor: member.assignor,
    epoch: member.epoch,
    previousEpoch: member.previousEpoch,
    state: member.state,
    assigned: storedHolding(member.assigned),
    revoking: storedHolding(member.revoking),
    target: listed(member.target),
    classic: classic && {
      sessionMs: classic.sessionTimeoutMs,
      protocols: classic.protocols.map(({ name, metadata }) => [name, metadata.toString('base64')]),
    },
  }
}

function storedHolding(holding: Holding): readonly StoredHolding[] {
  return [...holding].map(([topicId, ones]) => [topicId, [...ones.keys()], [...ones.values()]])
}

/** Makes the group when there is none. Who holds what is known when all is loaded: see `wakeConsumer`. */
export function loadHead(group: ConsumerGroup | undefined, groupId: string, head: StoredHead): ConsumerGroup {
  const loaded = group ?? createConsumerGroup(groupId)
  loaded.epoch = head.epoch
  loaded.assignmentEpoch = head.assignmentEpoch
  loaded.topicsDigest = head.topics
  loaded.emptySince = head.emptySince
  return loaded
}

export function loadMember({ members }: ConsumerGroup, memberId: string, stored: StoredConsumerMember | null): void {
  if (stored) members.set(memberId, memberOf(memberId, stored))
  else members.delete(memberId)
}

function memberOf(memberId: string, stored: StoredConsumerMember): ConsumerMember {
  return {
    memberId,
    instanceId: stored.instance,
    rackId: stored.rack,
    clientId: stored.client,
    clientHost: stored.host,
    rebalanceTimeoutMs: stored.rebalanceMs,
    topicNames: stored.names,
    topicRegex: stored.regex,
    assignor: stored.assignor,
    epoch: stored.epoch,
    previousEpoch: stored.previousEpoch,
    state: stored.state as MemberState,
    assigned: holdingOf(stored.assigned),
    revoking: holdingOf(stored.revoking),
    target: new Map(stored.target.map(({ topicId, partitions }) => [topicId, new Set(partitions)])),
    classic: stored.classic && {
      sessionTimeoutMs: stored.classic.sessionMs,
      protocols: stored.classic.protocols.map(([name, metadata]) => ({
        name,
        metadata: Buffer.from(metadata, 'base64'),
      })),
    },
  }
}

function holdingOf(stored: readonly StoredHolding[]): Holding {
  return new Map(
    stored.map(([topicId, partitions, epochs]) => [
      topicId,
      new Map(partitions.map((partition, index) => [partition, epochs[index]!])),
    ]),
  )
}
