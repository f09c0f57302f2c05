import type { Logger } from '../../../kernel/logger.ts'
import type { RunningDelivery } from './running-delivery.ts'

/** How often a topic is asked whether it has grown: any Kafka client may add partitions. */
const lookMs = 5_000

/** Lets deliveries look, now and then, whether their partitions are to be shared out anew. Returns what ends the watch. */
export function watchDeliveries(running: ReadonlyMap<string, RunningDelivery>, logger: Logger): () => void {
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void lookAtAll().finally(() => (looking = false))
  }, lookMs)
  timer.unref()
  return () => clearInterval(timer)

  async function lookAtAll(): Promise<void> {
    for (const [delivery, current] of [...running]) {
      try {
        await current.look()
      } catch (error) {
        logger.warn({ err: error, delivery }, 'whether the topic has grown is not known; it is asked again')
      }
    }
  }
}
