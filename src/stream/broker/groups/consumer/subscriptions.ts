import { createHash } from 'node:crypto'
import type { GroupTopic, GroupTopics } from '../group-topics.ts'
import type { ConsumerGroup } from './group.ts'
import type { ConsumerMember } from './member.ts'
import { compileRegex } from './regex/compile.ts'

/** What the members of a group subscribe to, of the topics that are there. */
export interface Subscriptions {
  of(member: ConsumerMember): ReadonlySet<string>
  readonly partitionCounts: ReadonlyMap<string, number>
  readonly isHomogeneous: boolean
  /** Another text when a topic of these came, grew or went. */
  readonly digest: string
}

/** Throws INVALID_REGULAR_EXPRESSION. */
export function subscriptionsOf(group: ConsumerGroup, topics: GroupTopics): Subscriptions {
  const found = new Map<string, GroupTopic>()
  const sets = new Map<string, ReadonlySet<string>>()
  for (const member of group.members.values()) {
    const key = keyOf(member)
    if (sets.has(key)) continue
    const subscribed = subscribedTopics(group, member, topics)
    for (const topic of subscribed) found.set(topic.id, topic)
    sets.set(key, new Set(subscribed.map(({ id }) => id)))
  }
  forgetUnused(group)
  const byName = [...found.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1))
  return {
    of: (member) => sets.get(keyOf(member))!,
    partitionCounts: new Map(byName.map(({ id, partitionCount }) => [id, partitionCount])),
    isHomogeneous: [...sets.values()].every(({ size }) => size === found.size),
    digest: digestOf(byName),
  }
}

/** Members that subscribe alike share what is found. */
function keyOf({ topicNames, topicRegex }: ConsumerMember): string {
  return `${topicNames.join(',')} ${topicRegex}`
}

function subscribedTopics(group: ConsumerGroup, member: ConsumerMember, topics: GroupTopics): GroupTopic[] {
  const named = member.topicNames.map((name) => topics.find(name)).filter((topic) => topic !== undefined)
  return member.topicRegex === '' ? named : [...named, ...resolve(group, member.topicRegex, topics)]
}

function resolve({ regexes }: ConsumerGroup, regex: string, topics: GroupTopics): readonly GroupTopic[] {
  const known = regexes.get(regex)
  if (known?.revision === topics.revision) return known.topics
  const matches = known?.matches ?? compileRegex(regex)
  const resolved = { matches, revision: topics.revision, topics: [...topics.all()].filter(({ name }) => matches(name)) }
  regexes.set(regex, resolved)
  return resolved.topics
}

function forgetUnused({ regexes, members }: ConsumerGroup): void {
  if (regexes.size === 0) return
  const used = new Set([...members.values()].map(({ topicRegex }) => topicRegex))
  for (const regex of regexes.keys()) if (!used.has(regex)) regexes.delete(regex)
}

function digestOf(topics: readonly GroupTopic[]): string {
  const hash = createHash('sha1')
  for (const { id, partitionCount } of topics) hash.update(`${id} ${partitionCount}\n`)
  return hash.digest('base64')
}

/** Whether a member reads the topic. */
export function isSubscribedConsumer({ members, regexes }: ConsumerGroup, topic: string): boolean {
  for (const { topicNames, topicRegex } of members.values()) {
    if (topicNames.includes(topic)) return true
    // Before the first heartbeat after a start nothing is known of it.
    if (topicRegex !== '' && regexes.get(topicRegex)?.matches(topic) !== false) return true
  }
  return false
}
