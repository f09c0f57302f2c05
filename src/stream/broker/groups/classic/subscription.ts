import { decodeSubscription } from '../../../protocol/consumer-protocol.ts'
import type { ClassicGroup } from './group.ts'
import { metadataOf, type ClassicMember } from './member.ts'

/** The protocol type whose members say what they subscribe to, in a form that all consumers share. */
const consumerProtocolType = 'consumer'

/** What a consumer subscribes to, in order; undefined when its metadata are of another kind. */
export function topicsOf({ protocolType, protocolName }: ClassicGroup, member: ClassicMember): string[] | undefined {
  if (protocolType !== consumerProtocolType) return undefined
  try {
    return decodeSubscription(metadataOf(member, protocolName)).topics.toSorted()
  } catch {
    return undefined
  }
}

/** Whether a member reads the topic; undefined when some say nothing that is understood. */
export function isSubscribedClassic(group: ClassicGroup, topic: string): boolean | undefined {
  let isUnknown = group.protocolName === null
  for (const member of group.members.values()) {
    const topics = topicsOf(group, member)
    if (topics?.includes(topic)) return true
    isUnknown ||= topics === undefined
  }
  return isUnknown ? undefined : false
}
