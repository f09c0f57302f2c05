import type { TopicStore } from '../topics/topic-store.ts'
import type { TopicCounts, TopicRate } from './figures.ts'
import type { TopicFigures } from './topic-figures.ts'

/** Rates of those topics that move: thousands that stand still cost nothing to be told of. */
export interface TopicRates {
  sample(now: number): void
  /** Those that moved between the last two samples. */
  moving(): readonly TopicRate[]
}

type Topics = Pick<TopicStore, 'byId'>

export function createTopicRates(topics: Topics, figures: TopicFigures): TopicRates {
  let before = new Map<string, TopicCounts>()
  let sampledAt = 0
  let rates: readonly TopicRate[] = []
  return {
    sample(now) {
      const seconds = Math.max(0.001, (now - sampledAt) / 1000)
      const counts = new Map([...figures.all()].map(([id, count]) => [id, { ...count }]))
      rates =
        sampledAt === 0 ? [] : [...counts].flatMap(([id, count]) => rateOf(topics, id, before.get(id), count, seconds))
      before = counts
      sampledAt = now
    },
    moving: () => rates,
  }
}

function rateOf(
  topics: Topics,
  id: string,
  before: TopicCounts | undefined,
  now: TopicCounts,
  seconds: number,
): readonly TopicRate[] {
  const topic = topics.byId(id)?.name
  const perSecond = (name: keyof TopicCounts): number => (now[name] - (before?.[name] ?? 0)) / seconds
  const [recordsIn, recordsOut] = [perSecond('recordsIn'), perSecond('recordsOut')]
  if (topic === undefined || (recordsIn === 0 && recordsOut === 0)) return []
  return [{ topic, recordsIn, bytesIn: perSecond('bytesIn'), recordsOut, bytesOut: perSecond('bytesOut') }]
}
