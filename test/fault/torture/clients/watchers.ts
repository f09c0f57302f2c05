import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../../../src/stream/client/connect.ts'
import type { KafkaClient } from '../../../../src/stream/client/kafka-client.ts'
import { recordsIn } from '../read-records.ts'
import type { Place } from '../history.ts'
import { workAgainAndAgain, type ClientWork } from './client-work.ts'

export interface WatchedTopic {
  readonly topic: string
  readonly partitions: number
}

const pauseMs = 40

function connect({ port }: ClientWork): Promise<KafkaClient> {
  return connectKafka({ bootstrap: `127.0.0.1:${port}`, deadlineMs: 3000 })
}

/** Asks again and again where partitions start and end, and up to where they are stable. */
export async function watchEnds(work: ClientWork, topics: readonly WatchedTopic[]): Promise<void> {
  await workAgainAndAgain(
    work,
    () => connect(work),
    async (client) => {
      for (const { topic } of topics) {
        const begun = performance.now()
        const [starts, stables, ends] = await Promise.all([
          client.offsets.list(topic, 'start'),
          client.offsets.list(topic, 'stable end'),
          client.offsets.list(topic, 'end'),
        ])
        const answered = performance.now()
        for (const [partition, end] of ends) {
          const [start, stable] = [starts.get(partition)!, stables.get(partition)!]
          work.history.ends.push({ topic, partition, begun, answered, start, end, stable })
        }
      }
      await pause(pauseMs)
    },
  )
}

/** Asks again and again how far groups have committed. */
export async function watchCommits(
  work: ClientWork,
  watched: readonly { readonly group: string; readonly topic: string }[],
): Promise<void> {
  await workAgainAndAgain(
    work,
    () => connect(work),
    async (client) => {
      for (const { group, topic } of watched) {
        const begun = performance.now()
        const offsets = await client.offsets.committed(group, topic)
        const answered = performance.now()
        for (const [partition, offset] of offsets)
          work.history.commitsRead.push({ group, topic, partition, offset, begun, answered })
      }
      await pause(pauseMs)
    },
  )
}

/** Reads what comes, as far as it is to be seen. */
export async function watchRecords(
  work: ClientWork,
  topics: readonly WatchedTopic[],
  isCommitted: boolean,
): Promise<void> {
  const nexts = new Map(topics.map(({ topic, partitions }) => [topic, Array.from({ length: partitions }, () => 0)]))
  await workAgainAndAgain(
    work,
    () => connect(work),
    async (client) => {
      for (const [topic, next] of nexts) {
        const partitions = next.map((offset, partition) => ({ partition, offset }))
        const isolation = isCommitted ? 'committed' : 'uncommitted'
        for (const answer of await client.fetch({ topic, partitions, waitMs: 0, isolation })) {
          const place: Place = { topic, partition: answer.partition }
          if (answer.errorCode !== 0) {
            // Retention was there first.
            next[answer.partition] = Math.max(next[answer.partition]!, answer.logStartOffset)
            continue
          }
          const from = next[answer.partition]!
          const { records, next: to } = recordsIn(answer, from, isCommitted)
          if (to > from) work.history.reads.push({ ...place, isCommitted, from, to, records })
          next[answer.partition] = to
        }
      }
      await pause(pauseMs)
    },
  )
}
