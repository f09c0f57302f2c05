import { setTimeout as pause } from 'node:timers/promises'
import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { KafkaClient, TopicDescription } from '../../../stream/client/kafka-client.ts'
import type { StreamState } from '../../kinds/reconcile-services.ts'
import type { StreamStates } from './streams-place.ts'

export interface TopicWatch extends StreamStates {
  /** Records per second since it was asked last; undefined while there is no answer. */
  rates(): Promise<ReadonlyMap<string, number> | undefined>
  /** Why nothing is known; undefined when the last look was answered. */
  readonly trouble: string | undefined
  /** Whether it asked at all: without a stream there is no reason to. */
  readonly hasLooked: boolean
  stop(): void
}

interface Look {
  readonly topics: ReadonlyMap<string, TopicDescription>
  readonly trouble: string | undefined
}

interface Ends {
  readonly atMs: number
  /** By topic, the sum of the offsets that its partitions have come to. */
  readonly sums: ReadonlyMap<string, number>
}

const everyMs = 1000
/** A broker may not know a topic yet that another one has: one that stays away for so long is gone. */
const goneAfterMs = 5000

/**
 * Looks at the topics that somebody asks for, all of them at once and again and again, so that an answer costs nothing and a Kafka
 * that does not answer keeps nobody.
 */
export function watchTopics(client: () => Promise<KafkaClient>): TopicWatch {
  const names = new Set<string>()
  const missingSince = new Map<string, number>()
  const ended = new AbortController()
  let last: Look | undefined
  let before: Ends | undefined
  let looking: Promise<Look> | undefined

  function look(): Promise<Look> {
    return (looking ??= ask()
      .then((found) => (last = found))
      .finally(() => (looking = undefined)))
  }

  async function ask(): Promise<Look> {
    try {
      const found = names.size === 0 ? [] : await (await client()).topics.describe([...names])
      const topics = new Map(found.map((topic) => [topic.name, topic]))
      note(topics)
      return { topics, trouble: undefined }
    } catch (error) {
      return { topics: new Map(), trouble: asWeirError(error).message }
    }
  }

  function note(topics: ReadonlyMap<string, unknown>): void {
    for (const name of names)
      if (topics.has(name)) missingSince.delete(name)
      else if (!missingSince.has(name)) missingSince.set(name, performance.now())
  }

  async function repeat(): Promise<void> {
    while (!ended.signal.aborted) {
      await look()
      await pause(everyMs, undefined, { signal: ended.signal, ref: false }).catch(() => undefined)
    }
  }
  void repeat()

  return {
    async of(name) {
      const isNew = !names.has(name)
      names.add(name)
      // What is being looked at does not have it yet.
      if (isNew) await looking
      return stateOf(name, isNew || !last ? await look() : last, missingSince.get(name))
    },
    forget: () => void (last = undefined),
    async rates() {
      if (!last || last.trouble !== undefined) return undefined
      const ends = await endsOf(await client(), [...last.topics.keys()])
      const rates = ratesBetween(before, ends)
      before = ends
      return rates
    },
    get trouble() {
      return last?.trouble
    },
    get hasLooked() {
      return last !== undefined && names.size > 0
    },
    stop: () => ended.abort(),
  }
}

function stateOf(name: string, { topics, trouble }: Look, missingSince: number | undefined): StreamState {
  if (trouble !== undefined) return { trouble }
  const topic = topics.get(name)
  if (!topic) return missingSince !== undefined && performance.now() - missingSince > goneAfterMs ? 'gone' : 'unknown'
  const leaderless = topic.partitions.filter(({ leader }) => leader < 0).map(({ partition }) => partition)
  if (leaderless.length === 0) return 'well'
  return { trouble: `no broker leads partition ${leaderless.join(', ')} of ${name}: those that could are down` }
}

async function endsOf(client: KafkaClient, names: readonly string[]): Promise<Ends> {
  const found = names.length === 0 ? new Map() : await client.offsets.listTopics(names, 'end')
  const sums = [...found].map(([name, offsets]) => [name, [...offsets.values()].reduce((a, b) => a + b, 0)] as const)
  return { atMs: performance.now(), sums: new Map(sums) }
}

function ratesBetween(before: Ends | undefined, now: Ends): ReadonlyMap<string, number> {
  if (!before) return new Map()
  const seconds = (now.atMs - before.atMs) / 1000
  const moved = [...now.sums].map(
    ([name, sum]) => [name, Math.max(0, sum - (before.sums.get(name) ?? sum)) / seconds] as const,
  )
  return new Map(moved.filter(([, rate]) => rate > 0))
}
