import type { KafkaClient } from '../../../src/stream/client/kafka-client.ts'
import { watchedGroups } from './all-clients.ts'
import type { FinalPartition, GroupOffset, Place } from './history.ts'
import { readWhole } from './read-records.ts'
import { allTopics, topics } from './tortured-topics.ts'

export async function lookAtPartitions(client: KafkaClient): Promise<FinalPartition[]> {
  const places = allTopics.flatMap((topic) =>
    Array.from({ length: topics[topic].partitions }, (_, partition) => ({ topic, partition })),
  )
  return Promise.all(places.map((place) => lookAt(client, place)))
}

async function lookAt(client: KafkaClient, place: Place): Promise<FinalPartition> {
  const { topic, partition } = place
  const asked = (['start', 'end', 'stable end'] as const).map((where) => client.offsets.list(topic, where, [partition]))
  const [start, end, stable] = (await Promise.all(asked)).map((offsets) => offsets.get(partition)!)
  const { records: all, refused, spoiled } = await readWhole(client, place, false)
  const { records: committed } = await readWhole(client, place, true)
  return { ...place, start: start!, end: end!, stable: stable!, all, committed, refused, spoiled }
}

export async function lookAtGroups(client: KafkaClient): Promise<GroupOffset[]> {
  const found: GroupOffset[] = []
  for (const { group, topic } of watchedGroups)
    for (const [partition, offset] of await client.offsets.committed(group, topic))
      found.push({ group, topic, partition, offset })
  return found
}
