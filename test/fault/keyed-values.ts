import { setTimeout as pause } from 'node:timers/promises'
import { connectKafka } from '../../src/stream/client/connect.ts'
import type { Random } from '../support/seeded-random.ts'

/** What was sent of one key, in order: a version, or null for a delete; and how many of these are known to be in the log. */
export interface KeyHistory {
  readonly sent: readonly (number | null)[]
  readonly acknowledged: number
}

export interface KeyedValues {
  histories(): ReadonlyMap<number, KeyHistory>
  stop(): Promise<void>
}

const keys = 60
const batchRecords = 15

/**
 * One idempotent producer, `acks=all`: versions of few keys and deletes of them, the next batch after the answer to the one before. A
 * batch without an answer may be there whole or in part: what follows of its keys says more.
 */
export function produceKeyedValues(port: number, topic: string, random: Random, pauseMs: number): KeyedValues {
  const histories = new Map<number, { sent: (number | null)[]; acknowledged: number }>()
  const stopping = new AbortController()
  let version = 0
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const client = await connectKafka({ bootstrap: `127.0.0.1:${port}`, clientId: 'keyed', deadlineMs: 5000 }).catch(
        () => undefined,
      )
      try {
        const producer = await client?.createProducer({ topic, acks: 'all', idempotent: true, deadlineMs: 20_000 })
        while (producer && !stopping.signal.aborted) {
          const touched = new Map<number, number>()
          for (let at = 0; at < batchRecords; at++) {
            const id = random.pick(keys)
            const value = random.pick(5) === 0 ? null : ++version
            const history = histories.get(id) ?? { sent: [], acknowledged: 0 }
            histories.set(id, history)
            history.sent.push(value)
            touched.set(id, history.sent.length)
            await producer.send({
              key: JSON.stringify({ id }),
              value: value === null ? null : JSON.stringify({ id, version: value, text: 'x'.repeat(id) }),
            })
          }
          await producer.flush()
          for (const [id, count] of touched) histories.get(id)!.acknowledged = count
          await pause(pauseMs)
        }
      } catch {
        // Killed: goes on with a new producer.
      } finally {
        await client?.close().catch(() => undefined)
      }
      await pause(pauseMs)
    }
  }
  const running = run()
  return {
    histories: () =>
      new Map(Array.from(histories, ([id, { sent, acknowledged }]) => [id, { sent: [...sent], acknowledged }])),
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** What may be the row of the key in the end: the last that is acknowledged, or one that was sent after it. */
export function mayBe({ sent, acknowledged }: KeyHistory): ReadonlySet<number | null> {
  return new Set([acknowledged === 0 ? null : sent[acknowledged - 1]!, ...sent.slice(acknowledged)])
}
