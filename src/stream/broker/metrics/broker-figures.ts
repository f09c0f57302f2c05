import type { Clock } from '../../../kernel/clock.ts'
import { offsetsOutside } from '../../offset-holes.ts'
import type { Groups } from '../groups/groups.ts'
import type { TopicStore } from '../topics/topic-store.ts'
import type { BrokerFigures, PartitionFigure, TopicFigure } from './figures.ts'
import { createLagHistory, lagEveryMs } from './lag-history.ts'
import type { TopicFigures } from './topic-figures.ts'
import { createTopicRates } from './topic-rates.ts'

/** So many troubles of a topic say enough. */
const troublesMax = 5

export function createBrokerFigures(
  topics: Pick<TopicStore, 'get' | 'byId'>,
  groups: Groups,
  counts: TopicFigures,
  clock: Clock,
): { readonly figures: BrokerFigures; sample(): void } {
  const rates = createTopicRates(topics, counts)
  const history = createLagHistory(groups, topics)
  let lagSampledAt = -Infinity
  return {
    sample() {
      const now = clock.monotonic()
      rates.sample(now)
      if (now - lagSampledAt < lagEveryMs) return
      lagSampledAt = now
      history.sample(clock.now())
    },
    figures: {
      rates: () => rates.moving(),
      topics: (names) => names.flatMap((name) => topicFigure(topics, counts, name)),
      partitions: (topic, from, count) => partitionFigures(topics, topic, from, count),
      lagHistory: (group) => history.of(group) ?? null,
    },
  }
}

function topicFigure(topics: Pick<TopicStore, 'get'>, counts: TopicFigures, name: string): readonly TopicFigure[] {
  const topic = topics.get(name)
  if (!topic) return []
  let [records, bytes, segments] = [0, 0, 0]
  const troubles: string[] = []
  for (const { index, view } of topic.partitions) {
    records += offsetsOutside(view.holes, view.startOffset, view.endOffset)
    bytes += view.bytes
    segments += view.segmentCount
    if (view.trouble !== undefined && troubles.length < troublesMax)
      troubles.push(`partition ${index}: ${view.trouble}`)
  }
  const { id, partitions } = topic
  return [{ topic: name, id, partitions: partitions.length, records, bytes, segments, troubles, ...counts.of(id) }]
}

function partitionFigures(
  topics: Pick<TopicStore, 'get'>,
  topic: string,
  from: number,
  count: number,
): readonly PartitionFigure[] {
  const some = topics.get(topic)?.partitions.slice(from, from + count) ?? []
  return some.map(({ index, view: { startOffset, endOffset, bytes, segmentCount, leaderEpoch, trouble } }) => ({
    partition: index,
    start: startOffset,
    end: endOffset,
    bytes,
    segments: segmentCount,
    leaderEpoch,
    trouble: trouble ?? null,
  }))
}
