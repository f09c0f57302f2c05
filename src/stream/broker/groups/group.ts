import type { ClassicGroup } from './classic/group.ts'
import { closeClassic, expireClassic, wakeClassic } from './classic/session.ts'
import { classicChange, classicGroupOf } from './classic/stored.ts'
import { isSubscribedClassic } from './classic/subscription.ts'
import type { GroupStateChange } from './group-change.ts'
import type { Step } from './step.ts'

/** What both protocols have in common, for whoever does not care which it is. */
export type Group = ClassicGroup

/** Changes from which all of the group comes back. */
export function wholeGroup(group: Group, at: number): readonly GroupStateChange[] {
  return [classicChange(group, at)]
}

export function groupGone(group: Group, at: number): readonly GroupStateChange[] {
  return [{ kind: 'classic', group: group.groupId, state: null, at }]
}

/** The group as the change leaves it; undefined when it is gone. */
export function groupAfter(change: GroupStateChange): Group | undefined {
  return change.state ? classicGroupOf(change.group, change.state) : undefined
}

/** After a start. */
export function wakeGroup(group: Group, step: Step): void {
  wakeClassic(group, step)
}

/** Does what is due, and sets the next deadline. */
export function expireGroup(group: Group, step: Step): void {
  expireClassic(group, step)
}

export function closeGroup(group: Group, step: Step): void {
  closeClassic(group, step)
}

/** Nobody is in it, and nobody was told that he may come. */
export function isIdle(group: Group): boolean {
  return group.members.size === 0 && group.promised.size === 0
}

/** Nothing ever happened in it. */
export function isBlank(group: Group): boolean {
  return isIdle(group) && group.generationId === 0
}

/** Whether a member reads the topic; undefined when that is not known. */
export function isSubscribed(group: Group, topic: string): boolean | undefined {
  return isSubscribedClassic(group, topic)
}
