import { listOffsetsApi } from '../protocol/apis/list-offsets.ts'
import type { Broker } from './broker.ts'
import { callCoordinator } from './call-coordinator.ts'
import type { Cluster } from './cluster.ts'
import { commitOffsets, committedOffsets } from './committed-offsets.ts'
import type { KafkaOffsets, OffsetPlace } from './kafka-client.ts'
import { check, withRetries } from './retry.ts'

const endTimestamp = -1
/** In place of a time: the first offset there is. */
export const startTimestamp = -2

export function createOffsetsClient(cluster: Cluster, deadlineMs: number): KafkaOffsets {
  async function list(topic: string, place: OffsetPlace, partitions?: readonly number[]): Promise<Map<number, number>> {
    const timestamp = timestampOf(place)
    const isolation = place === 'stable end' ? 'committed' : 'uncommitted'
    return withRetries(`offsets of ${topic}`, deadlineMs, async (timeoutMs) => {
      const described = await cluster.topic(topic, { timeoutMs })
      const wanted = partitions ?? described.partitions.map(({ partition }) => partition)
      const byLeader = Map.groupBy(wanted, (partition) => cluster.leader(described, partition))
      const asked = [...byLeader].map(([broker, owned]) =>
        listFrom(broker, topic, owned, timestamp, timeoutMs, isolation),
      )
      const found = new Map((await Promise.all(asked).catch(forgetAnd(topic))).flat())
      const beyond = wanted.filter((partition) => found.get(partition) === -1)
      // No record is as late as asked for: what comes next will be.
      if (beyond.length > 0) for (const [partition, end] of await list(topic, 'end', beyond)) found.set(partition, end)
      return found
    })
  }

  async function listTopics(
    topics: readonly string[],
    place: 'start' | 'end',
  ): Promise<Map<string, Map<number, number>>> {
    return withRetries('offsets of topics', deadlineMs, async (timeoutMs) => {
      const described = (await cluster.describe(topics, { timeoutMs })).filter(({ errorCode }) => errorCode === 0)
      const wanted = described.flatMap(({ topic }) => topic.partitions.map(({ partition }) => ({ topic, partition })))
      const byLeader = Map.groupBy(wanted, ({ topic, partition }) => cluster.leader(topic, partition))
      const timestamp = place === 'start' ? startTimestamp : endTimestamp
      const asked = [...byLeader].map(([broker, owned]) =>
        listMany(
          broker,
          Map.groupBy(owned, ({ topic }) => topic.name),
          timestamp,
          timeoutMs,
        ),
      )
      const found = new Map(described.map(({ topic }) => [topic.name, new Map<number, number>()]))
      for (const [topic, partition, offset] of (await Promise.all(asked)).flat())
        found.get(topic)?.set(partition, offset)
      return found
    })
  }

  const forgetAnd =
    (topic: string) =>
    (error: unknown): never => {
      cluster.forgetTopic(topic)
      throw error
    }

  async function commit(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const entries = [...offsets].map(([partition, offset]) => ({ topic, partition, offset }))
    await callCoordinator(cluster, group, deadlineMs, (broker, left) => commitOffsets(broker, group, entries, left))
  }

  async function committed(group: string, topic: string): Promise<Map<number, number>> {
    return callCoordinator(cluster, group, deadlineMs, async (broker, timeoutMs) => {
      const known = await cluster.topic(topic, { timeoutMs })
      const wanted = [{ topic, partitions: known.partitions.map(({ partition }) => partition) }]
      const found = await committedOffsets(broker, group, wanted, timeoutMs)
      return new Map(found.map(({ partition, offset }) => [partition, offset]))
    })
  }

  return { list, listTopics, commit, committed }
}

function timestampOf(place: OffsetPlace): number {
  if (place === 'start') return startTimestamp
  return typeof place === 'string' ? endTimestamp : place.timestampMs
}

/** From one leader, once: offset by partition; -1 where no record is as late as `timestamp`. */
export async function listFrom(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
  timeoutMs: number,
  isolation: 'committed' | 'uncommitted' = 'uncommitted',
): Promise<[partition: number, offset: number][]> {
  const asked = new Map([[topic, partitions.map((partition) => ({ partition }))]])
  const found = await listMany(broker, asked, timestamp, timeoutMs, isolation)
  return found.map(([, partition, offset]) => [partition, offset])
}

async function listMany(
  broker: Broker,
  wanted: ReadonlyMap<string, readonly { readonly partition: number }[]>,
  timestamp: number,
  timeoutMs: number,
  isolation: 'committed' | 'uncommitted' = 'uncommitted',
): Promise<[topic: string, partition: number, offset: number][]> {
  const isolationLevel = isolation === 'committed' ? 1 : 0
  const topics = [...wanted].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
  }))
  const request = { replicaId: -1, isolationLevel, topics, timeoutMs: Math.ceil(timeoutMs) }
  const { body } = await broker.call(listOffsetsApi, request, { timeoutMs })
  return body.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode, offset }): [string, number, number] => {
      check(errorCode, `partition ${partitionIndex} of topic ${name}`)
      return [name, partitionIndex, offset]
    }),
  )
}
