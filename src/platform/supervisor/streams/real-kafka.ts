import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaAccess } from '../../streams/kafka-access.ts'
import { createKafkaConnection } from './kafka-connection.ts'
import type { StreamsPlace } from './streams-place.ts'
import { watchTopics } from './topic-watch.ts'

/** What the supervisor asks waits for no longer: it asks again. */
const deadlineMs = 10_000

/** A Kafka that somebody else runs. It remembers no deleted topics and has no holes (real-kafka.md). */
export function useRealKafka(access: KafkaAccess, holdTo: (cluster: string) => Promise<void>): StreamsPlace {
  const connection = createKafkaConnection(access, {
    deadlineMs,
    onOpen: async (client) => holdTo(await client.clusterId()),
  })
  const watch = watchTopics(() => connection.open())
  /** Why it was not there at the start, until it is looked at. */
  let atStart: string | undefined
  return {
    access,
    showsOthers: false,
    async ready() {
      try {
        await connection.open()
        return true
      } catch (error) {
        atStart = asWeirError(error).message
        return false
      }
    },
    kafka: () => connection.open(),
    states: watch,
    rates: () => watch.rates(),
    deletedTopics: () => Promise.resolve([]),
    holes: () => Promise.resolve([]),
    get trouble() {
      return watch.hasLooked ? watch.trouble : atStart
    },
    async stop() {
      watch.stop()
      await connection.close()
    },
    kill: () => watch.stop(),
  }
}
