import { describeProducersApi } from '../../../src/stream/protocol/apis/describe-producers.ts'
import { describeTopicPartitionsApi } from '../../../src/stream/protocol/apis/describe-topic-partitions.ts'
import { fetchApi } from '../../../src/stream/protocol/apis/fetch.ts'
import { listOffsetsApi } from '../../../src/stream/protocol/apis/list-offsets.ts'
import { offsetForLeaderEpochApi } from '../../../src/stream/protocol/apis/offset-for-leader-epoch.ts'
import { inEachVersion, unknownId, type Question } from './question.ts'

/** What readers ask about partitions, there and not there. */
export function partitionQuestions(topicId: string): readonly Question[] {
  return [...offsetQuestions(), ...epochQuestions(), ...fetchQuestions(topicId), ...descriptionQuestions()]
}

function offsetQuestions(): readonly Question[] {
  const offsets = (timestamp: number, isolationLevel = 0) => {
    const wanted = (...indexes: number[]) => indexes.map((partitionIndex) => ({ partitionIndex, timestamp }))
    const topics = [
      { name: 'orders', partitions: wanted(0, 1, 9) },
      { name: 'nobody', partitions: wanted(0) },
    ]
    return { replicaId: -1, isolationLevel, topics, timeoutMs: 10_000 }
  }
  const twice = { partitionIndex: 0, timestamp: -1 }
  return [
    // Latest, earliest, by time; then those that later versions brought: largest time, local, tiered.
    ...[-1, -2, 0].flatMap((timestamp) => inEachVersion(listOffsetsApi, offsets(timestamp))),
    ...inEachVersion(listOffsetsApi, offsets(-1, 1), 2),
    ...inEachVersion(listOffsetsApi, offsets(-3), 7),
    ...inEachVersion(listOffsetsApi, offsets(-4), 8),
    ...inEachVersion(listOffsetsApi, offsets(-5), 9),
    ...inEachVersion(listOffsetsApi, { replicaId: -1, topics: [{ name: 'orders', partitions: [twice, twice] }] }),
  ]
}

function epochQuestions(): readonly Question[] {
  const epochs = [0, 5].map((leaderEpoch, partition) => ({ partition, leaderEpoch }))
  const fenced = { partition: 0, leaderEpoch: 0, currentLeaderEpoch: 7 }
  const topics = [
    { topic: 'orders', partitions: [...epochs, { partition: 9, leaderEpoch: 0 }] },
    { topic: 'nobody', partitions: [{ partition: 0, leaderEpoch: 0 }] },
  ]
  return [
    ...inEachVersion(offsetForLeaderEpochApi, { topics }),
    ...inEachVersion(offsetForLeaderEpochApi, { topics: [{ topic: 'orders', partitions: [fenced] }] }),
  ]
}

function fetchQuestions(topicId: string): readonly Question[] {
  const atOnce = { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000_000 }
  const fetching = (partition: number, more: object = {}) => {
    const partitions = [{ partition, fetchOffset: 0, partitionMaxBytes: 1_000_000, ...more }]
    const unknown = { topic: 'nobody', topicId: unknownId, partitions: [{ partition: 0, partitionMaxBytes: 1 }] }
    return { ...atOnce, topics: [{ topic: 'orders', topicId, partitions }, unknown] }
  }
  return [
    ...inEachVersion(fetchApi, fetching(0)),
    ...inEachVersion(fetchApi, fetching(9)),
    ...inEachVersion(fetchApi, fetching(1, { fetchOffset: 5 })),
    ...inEachVersion(fetchApi, fetching(1, { currentLeaderEpoch: 7 }), 9),
    ...inEachVersion(fetchApi, { ...fetching(1), isolationLevel: 1 }),
    ...inEachVersion(fetchApi, { ...fetching(1), sessionId: 77, sessionEpoch: 3 }, 7),
  ]
}

function descriptionQuestions(): readonly Question[] {
  const named = (...names: string[]) => ({ topics: names.map((name) => ({ name })) })
  const producers = [
    { name: 'orders', partitionIndexes: [0, 9] },
    { name: 'nobody', partitionIndexes: [0] },
  ]
  return [
    ...inEachVersion(describeTopicPartitionsApi, named('nobody', 'orders')),
    ...inEachVersion(describeTopicPartitionsApi, { ...named('orders'), responsePartitionLimit: 1 }),
    ...inEachVersion(describeTopicPartitionsApi, {
      ...named('orders'),
      cursor: { topicName: 'orders', partitionIndex: 1 },
    }),
    ...inEachVersion(describeProducersApi, { topics: producers }),
  ]
}
