import type { RequestOf, ResponseInput } from '../../protocol/api.ts'
import { describeTopicPartitionsApi } from '../../protocol/apis/describe-topic-partitions.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { nodeId } from '../node-id.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import type { ApiServices } from './services.ts'

type Request = RequestOf<typeof describeTopicPartitionsApi>
type Place = NonNullable<Request['cursor']>
type Description = NonNullable<ResponseInput<typeof describeTopicPartitionsApi>['topics']>[number]

const partitionsMax = 2000

/** Topics by name, some partitions at a time (KIP-966); an empty list asks for all. */
export function describeTopicPartitionsHandler({ topics }: ApiServices): Handler {
  return handle(describeTopicPartitionsApi, (request) => {
    const names =
      request.topics.length > 0 ? request.topics.map(({ name }) => name) : topics.all().map(({ name }) => name)
    const wanted = [...new Set(names)].toSorted().filter((name) => name >= (request.cursor?.topicName ?? ''))
    let left = Math.max(1, Math.min(request.responsePartitionLimit, partitionsMax))
    const described: Description[] = []
    let nextCursor: Place | null = null
    for (const name of wanted) {
      const topic = topics.get(name)
      const from = request.cursor?.topicName === name ? request.cursor.partitionIndex : 0
      if (left === 0) return { topics: described, nextCursor: { topicName: name, partitionIndex: from } }
      described.push(topic ? describe(topic, from, left) : unknown(name))
      if (!topic) continue
      const end = Math.min(topic.partitions.length, from + left)
      if (end < topic.partitions.length) {
        nextCursor = { topicName: name, partitionIndex: end }
        break
      }
      left -= Math.max(0, end - from)
    }
    return { topics: described, nextCursor }
  })
}

function describe({ name, id, partitions }: Topic, from: number, count: number): Description {
  return {
    errorCode: 0,
    name,
    topicId: id,
    partitions: partitions.slice(from, from + count).map(({ index, view }) => ({
      errorCode: 0,
      partitionIndex: index,
      leaderId: nodeId,
      leaderEpoch: view.leaderEpoch,
      replicaNodes: [nodeId],
      isrNodes: [nodeId],
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
      offlineReplicas: [],
    })),
  }
}

function unknown(name: string): Description {
  return { errorCode: kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION, name, partitions: [] }
}
