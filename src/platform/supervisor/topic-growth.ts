import type { Logger } from '../../kernel/logger.ts'
import type { RunningDelivery } from './running-delivery.ts'

interface TopicGrowthOptions {
  /** By name, as they run now. */
  readonly running: ReadonlyMap<string, RunningDelivery>
  /** Numbers of the topic's partitions now. */
  readonly partitionsOf: (topic: string) => Promise<readonly number[]>
  readonly logger: Logger
}

/** How often a topic is asked whether it has grown: any Kafka client may add partitions. */
const growthMs = 5_000

/** Shares a topic that has grown among the workers of its delivery anew. Returns what ends the watch. */
export function watchTopicGrowth(options: TopicGrowthOptions): () => void {
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void lookForGrowth(options).finally(() => (looking = false))
  }, growthMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function lookForGrowth({ running, partitionsOf, logger }: TopicGrowthOptions): Promise<void> {
  for (const current of [...running.values()]) {
    const { plan, partitions, workers } = current
    const { topic, delivery } = plan.config
    if (partitions === 0 || workers.some(({ channel }) => !channel)) continue
    try {
      const found = await partitionsOf(topic)
      if (found.length <= partitions || running.get(delivery) !== current) continue
      logger.info({ delivery, topic, partitions: found.length }, 'the topic has grown; its workers share it anew')
      await current.reassign()
    } catch (error) {
      logger.warn({ err: error, delivery }, 'whether the topic has grown is not known; it is asked again')
    }
  }
}
