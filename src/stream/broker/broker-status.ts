import type { Clock } from '../../kernel/clock.ts'
import type { BrokerMetrics } from './metrics/broker-metrics.ts'
import type { BrokerStatus } from './broker.ts'
import type { Groups } from './groups/groups.ts'
import type { TopicStore } from './topics/topic-store.ts'

/** What `weir status` and the console show of the log; rates are over the last two samples. */
export function createBrokerStatus(
  topics: TopicStore,
  groups: Groups,
  metrics: BrokerMetrics,
  clock: Clock,
  ofNetwork: () => Pick<BrokerStatus, 'connections' | 'memory'>,
): { sample(): void; read(): BrokerStatus } {
  let last = { at: clock.monotonic(), bytesIn: 0, bytesOut: 0, recordsIn: 0 }
  let rates = { bytesInPerSecond: 0, bytesOutPerSecond: 0, recordsInPerSecond: 0 }
  return {
    sample() {
      const { memory } = ofNetwork()
      metrics.heldMemory.set({ for: 'requests' }, memory.requestBytes)
      metrics.heldMemory.set({ for: 'answers' }, memory.answerBytes)
      const at = clock.monotonic()
      const seconds = Math.max(0.001, (at - last.at) / 1000)
      metrics.topics.prune({ count: topics.all().length, isThere: (id) => topics.byId(id) !== undefined })
      const { bytesIn, bytesOut, recordsIn } = metrics.topics.total()
      rates = {
        bytesInPerSecond: (bytesIn - last.bytesIn) / seconds,
        bytesOutPerSecond: (bytesOut - last.bytesOut) / seconds,
        recordsInPerSecond: (recordsIn - last.recordsIn) / seconds,
      }
      last = { at, bytesIn, bytesOut, recordsIn }
    },
    read: () => ({
      ...ofNetwork(),
      topics: topics.all().map(({ name, id, partitions }) => ({
        name,
        id,
        partitions: partitions.map(({ view: { startOffset, endOffset, bytes, holes, trouble } }, partition) => ({
          partition,
          startOffset,
          endOffset,
          bytes,
          ...(holes.length > 0 ? { holes } : {}),
          ...(trouble === undefined ? {} : { trouble }),
        })),
      })),
      deletedTopics: topics.deleted(),
      groups: groups.ids().length,
      ...rates,
    }),
  }
}
