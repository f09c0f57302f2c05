import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { readForward } from '../reader/read-forward.ts'
import type { ReadRecord } from '../reader/read-record.ts'
import { digestOf } from './record-digest.ts'
import type { ReplayState, TargetState } from './replay-state.ts'

/** The records that an interrupted run sent after the state that it wrote down last: they are there, and must not come twice. */
export interface SentBefore {
  readonly count: number
  /** By partition of the target: behind them. */
  readonly targets: ReadonlyMap<number, TargetState>
  /** Whether the record is the next of those in this partition of the target; then it is taken off. */
  take(record: ReadRecord, partition: number): boolean
  /** WEIR-3123 when some were not met: then the source is not what it was. */
  mustBeEmpty(): void
}

interface SentInPartition {
  readonly digests: string[]
  at: number
  readonly withTime: boolean
}

/**
 * Finds them by the id of the replay's producer. They lie in the order in which the source gives them, so each is compared with the next
 * record for its partition: one that differs means that the source has changed since, and nobody can say what was copied.
 */
export async function readSentBefore(client: KafkaClient, topic: string, state: ReplayState): Promise<SentBefore> {
  const waiting = new Map<number, SentInPartition>()
  const targets = new Map(state.targets)
  let count = 0
  for await (const record of state.producer ? ownRecords(client, topic, state) : []) {
    const { partition, offset, batch } = record
    const withTime = record.timestampType === 'CreateTime'
    const sent = waiting.get(partition) ?? { digests: [], at: 0, withTime }
    waiting.set(partition, sent)
    sent.digests.push(digestOf(record, withTime))
    const sequence = (batch.baseSequence + batch.lastOffsetDelta + 1) % 2 ** 31
    targets.set(partition, { sentAfter: offset + 1, sequence })
    count++
  }

  return {
    count,
    targets,
    take(record, partition) {
      const sent = waiting.get(partition)
      if (!sent || sent.at === sent.digests.length) return false
      if (sent.digests[sent.at] !== digestOf(record, sent.withTime))
        throw changed(
          `offset ${record.offset} of partition ${record.partition} is not what was copied to partition ${partition} of ${topic}`,
        )
      sent.at++
      return true
    },
    mustBeEmpty() {
      for (const [partition, { digests, at }] of waiting)
        if (at < digests.length)
          throw changed(
            `${digests.length - at} records that were copied to partition ${partition} of ${topic} are not in it`,
          )
    },
  }
}

async function* ownRecords(client: KafkaClient, topic: string, state: ReplayState): AsyncGenerator<ReadRecord> {
  const from = new Map([...state.targets].map(([partition, { sentAfter }]) => [partition, sentAfter]))
  const until = await client.offsets.list(topic, 'end', [...from.keys()])
  for await (const { records } of readForward(client, { topic, from, until, isolation: 'uncommitted' }))
    for (const record of records) if (record.batch.producerId === state.producer?.producerId) yield record
}

function changed(why: string): WeirError {
  return new WeirError(
    'WEIR-3123',
    `the source has changed since the replay was interrupted: ${why}. Begin anew with --again, which copies all of it once more`,
  )
}
