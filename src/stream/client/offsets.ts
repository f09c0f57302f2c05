import { listOffsetsApi } from '../protocol/apis/list-offsets.ts'
import { offsetCommitApi } from '../protocol/apis/offset-commit.ts'
import { offsetFetchApi } from '../protocol/apis/offset-fetch.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import type { KafkaOffsets, OffsetPlace } from './kafka-client.ts'
import { check, withRetries } from './retry.ts'

const endTimestamp = -1
/** In place of a time: the first offset there is. */
export const startTimestamp = -2

export function createOffsetsClient(cluster: Cluster, deadlineMs: number): KafkaOffsets {
  async function list(topic: string, place: OffsetPlace, partitions?: readonly number[]): Promise<Map<number, number>> {
    const timestamp = place === 'start' ? startTimestamp : place === 'end' ? endTimestamp : place.timestampMs
    return withRetries(`offsets of ${topic}`, deadlineMs, async (timeoutMs) => {
      const described = await cluster.topic(topic, { timeoutMs })
      const wanted = partitions ?? described.partitions.map(({ partition }) => partition)
      const byLeader = Map.groupBy(wanted, (partition) => cluster.leader(described, partition))
      const asked = [...byLeader].map(([broker, owned]) => listFrom(broker, topic, owned, timestamp, timeoutMs))
      const found = new Map((await Promise.all(asked).catch(forgetAnd(topic))).flat())
      const beyond = wanted.filter((partition) => found.get(partition) === -1)
      // No record is as late as asked for: what comes next will be.
      if (beyond.length > 0) for (const [partition, end] of await list(topic, 'end', beyond)) found.set(partition, end)
      return found
    })
  }

  const forgetAnd =
    (topic: string) =>
    (error: unknown): never => {
      cluster.forgetTopic(topic)
      throw error
    }

  function withCoordinator<T>(group: string, attempt: (broker: Broker, timeoutMs: number) => Promise<T>): Promise<T> {
    return withRetries(`offsets of group ${group}`, deadlineMs, async (timeoutMs) => {
      try {
        return await attempt(await cluster.coordinator(group, timeoutMs), timeoutMs)
      } catch (error) {
        cluster.forgetCoordinator(group)
        throw error
      }
    })
  }

  async function commit(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...offsets].map(([partitionIndex, committedOffset]) => ({ partitionIndex, committedOffset }))
    await withCoordinator(group, async (broker, timeoutMs) => {
      const request = { groupId: group, topics: [{ name: topic, partitions }] }
      const { body } = await broker.call(offsetCommitApi, request, { timeoutMs })
      for (const { partitions: results } of body.topics)
        for (const { partitionIndex, errorCode } of results)
          check(errorCode, `offset of group ${group} for partition ${partitionIndex} of topic ${topic}`)
    })
  }

  async function committed(group: string, topic: string): Promise<Map<number, number>> {
    return withCoordinator(group, async (broker, timeoutMs) => {
      const { partitions: known } = await cluster.topic(topic, { timeoutMs })
      const topics = [{ name: topic, partitionIndexes: known.map(({ partition }) => partition) }]
      const request = { groupId: group, topics, groups: [{ groupId: group, topics }] }
      const { body, version } = await broker.call(offsetFetchApi, request, { timeoutMs })
      const answer = version >= 8 ? body.groups[0] : body
      check(answer?.errorCode ?? kafkaErrors.UNKNOWN_SERVER_ERROR, `group ${group}`)
      const results = answer!.topics.flatMap(({ partitions }) => partitions)
      for (const { errorCode } of results) check(errorCode, `offsets of group ${group} for topic ${topic}`)
      return new Map(
        results
          .filter(({ committedOffset }) => committedOffset >= 0)
          .map(({ partitionIndex, committedOffset }) => [partitionIndex, committedOffset]),
      )
    })
  }

  return { list, commit, committed }
}

/** From one leader, once: offset by partition; -1 where no record is as late as `timestamp`. */
export async function listFrom(
  broker: Broker,
  topic: string,
  partitions: readonly number[],
  timestamp: number,
  timeoutMs: number,
): Promise<[partition: number, offset: number][]> {
  const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp }))
  const request = { replicaId: -1, topics: [{ name: topic, partitions: asked }], timeoutMs: Math.ceil(timeoutMs) }
  const { body } = await broker.call(listOffsetsApi, request, { timeoutMs })
  return body.topics.flatMap(({ partitions: results }) =>
    results.map(({ partitionIndex, errorCode, offset }): [number, number] => {
      check(errorCode, `partition ${partitionIndex} of topic ${topic}`)
      return [partitionIndex, offset]
    }),
  )
}
