import type { ClassicGroup } from './classic/group.ts'
import { closeClassic, expireClassic, wakeClassic } from './classic/session.ts'
import { classicChange, classicGroupOf } from './classic/stored.ts'
import { isSubscribedClassic } from './classic/subscription.ts'
import { wholeConsumerGroup } from './consumer/edit.ts'
import { stateOf, type ConsumerGroup } from './consumer/group.ts'
import { expireConsumer, wakeConsumer } from './consumer/session.ts'
import { loadHead, loadMember } from './consumer/stored.ts'
import { isSubscribedConsumer } from './consumer/subscriptions.ts'
import type { GroupStateChange } from './group-change.ts'
import type { Step } from './step.ts'

/** What both protocols have in common, for whoever does not care which it is. */
export type Group = ClassicGroup | ConsumerGroup

/** Changes from which all of the group comes back, whatever of it was written before. */
export function wholeGroup(group: Group, at: number): readonly GroupStateChange[] {
  return group.kind === 'classic' ? [classicChange(group, at)] : wholeConsumerGroup(group, at)
}

export function groupGone({ kind, groupId: group }: Group, at: number): GroupStateChange {
  return kind === 'classic' ? { kind, group, state: null, at } : { kind, group, state: null, at }
}

/** The group as the change leaves it; undefined when it is gone. */
export function groupAfter(group: Group | undefined, change: GroupStateChange): Group | undefined {
  if (change.kind === 'classic') return change.state ? classicGroupOf(change.group, change.state) : undefined
  const known = group?.kind === 'consumer' ? group : undefined
  if (change.kind === 'consumer') return change.state ? loadHead(known, change.group, change.state) : undefined
  if (known) loadMember(known, change.member, change.state)
  return group
}

/** After a start. */
export function wakeGroup(group: Group, step: Step): void {
  if (group.kind === 'classic') wakeClassic(group, step)
  else wakeConsumer(group, step)
}

/** Does what is due, and sets the next deadline. */
export function expireGroup(group: Group, step: Step): void {
  if (group.kind === 'classic') expireClassic(group, step)
  else expireConsumer(group, step)
}

export function closeGroup(group: Group, step: Step): void {
  if (group.kind === 'classic') closeClassic(group, step)
}

/** Nobody is in it, and nobody was told that he may come. */
export function isIdle(group: Group): boolean {
  return group.members.size === 0 && (group.kind === 'consumer' || group.promised.size === 0)
}

/** Nothing ever happened in it. */
export function isBlank(group: Group): boolean {
  return isIdle(group) && (group.kind === 'classic' ? group.generationId : group.epoch) === 0
}

/** As Kafka's tools show it. */
export function shownState(group: Group): string {
  return group.kind === 'classic' ? group.state : stateOf(group)
}

export function protocolTypeOf(group: Group): string {
  return group.kind === 'classic' ? (group.protocolType ?? '') : 'consumer'
}

/** Whether a member reads the topic; undefined when that is not known. */
export function isSubscribed(group: Group, topic: string): boolean | undefined {
  return group.kind === 'classic' ? isSubscribedClassic(group, topic) : isSubscribedConsumer(group, topic)
}
