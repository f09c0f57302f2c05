import type { KafkaClient } from '../client/kafka-client.ts'
import { describeLag, type GroupLag } from './group-lag.ts'

/** Groups that read a topic, or have committed in it, with what they have of it alone; at most `groupsMax` groups are asked. */
export async function groupsOfTopic(
  client: Pick<KafkaClient, 'groups' | 'offsets'>,
  topic: string,
  groupsMax = 1000,
): Promise<GroupLag[]> {
  const listed = await client.groups.list()
  const names = listed.flatMap(({ group, protocolType }) => (readsTopics.has(protocolType) ? [group] : []))
  const groups = await describeLag(client, names.slice(0, groupsMax))
  return groups.flatMap((group) => {
    const partitions = group.partitions.filter((one) => one.topic === topic)
    return partitions.length > 0 ? [ofTopic(group, partitions)] : []
  })
}

/** Others, such as Connect's workers, use a group for something else. Nobody ever joined the second. */
const readsTopics: ReadonlySet<string> = new Set(['consumer', ''])

function ofTopic(group: GroupLag, partitions: GroupLag['partitions']): GroupLag {
  const known = partitions.flatMap(({ lag }) => lag ?? [])
  return { ...group, partitions, lag: known.length === 0 ? null : known.reduce((sum, lag) => sum + lag, 0) }
}
