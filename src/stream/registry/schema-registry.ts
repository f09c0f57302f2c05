import type { Logger } from '../../kernel/logger.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import type { Decide, Decision } from './decide/decision.ts'
import { RegistryRefusal } from './registry-refusal.ts'
import { createSchemaReader, type SchemaReader } from './schema-reader.ts'
import { createRegistryState, type RegistryState } from './state/registry-state.ts'
import { openSchemasTopic, schemasTopic } from './store/schemas-topic.ts'
import { readTopic, type AppliedRecord, type TopicReader } from './store/topic-reader.ts'
import { createTopicWriter, type TopicWriter } from './store/topic-writer.ts'

/**
 * The schema registry over its topic. Nothing is opened before the first call, and a registry that is only asked makes no topic. Changes
 * happen one after the other; what was answered is durable, and seen by whoever asks next.
 */
export interface SchemaRegistry {
  readonly reader: SchemaReader
  /** The state with all that was answered so far. It lives on: do not keep it. */
  state(): Promise<RegistryState>
  /** Throws RegistryRefusal when it was refused, and 50001 or 50002 when it is not known whether it happened. */
  change<Answer>(decide: Decide<Answer>): Promise<Answer>
  close(): Promise<void>
}

export interface SchemaRegistryOptions {
  readonly kafka: () => Promise<KafkaClient>
  readonly logger: Logger
}

interface Opened {
  readonly topic: TopicReader
  readonly writer: TopicWriter
}

/** So often a change is decided anew because another writer came between. */
const attemptsMax = 5
/** With one change. */
const repairsMax = 100
/** Longer than any writer takes to outdo a record of its own. */
const repairAgeMs = 5 * 60_000

export function createSchemaRegistry({ kafka, logger }: SchemaRegistryOptions): SchemaRegistry {
  const reader = createSchemaReader()
  const empty = createRegistryState()
  let opened: Promise<Opened | undefined> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function open(create: boolean): Promise<Opened | undefined> {
    const found = await opened?.catch(() => undefined)
    if (found && found.topic.failure === undefined) return found
    opened = openAnew(create)
    return opened
  }

  async function openAnew(create: boolean): Promise<Opened | undefined> {
    const client = await kafka()
    const topicId = await openSchemasTopic(client, create)
    if (topicId === undefined) return undefined
    return { topic: await readTopic(client, topicId, logger), writer: createTopicWriter(client) }
  }

  async function attempt<Answer>(
    { topic, writer }: Opened,
    decide: Decide<Answer>,
  ): Promise<Decision<Answer> | undefined> {
    // What other writers did is known, and what became of a change whose outcome was not.
    await topic.reachedEnd()
    const decided = decide(topic.state)
    if (decided.records.length === 0) return decided
    const repairs = topic.state.repairs(Date.now() - repairAgeMs).slice(0, repairsMax)
    const decision = { ...decided, records: [...repairs, ...decided.records] }
    const applied: AppliedRecord[] = []
    const stop = topic.onApplied((record) => applied.push(record))
    try {
      const offset = await topic.whileReading(writer.write(decision.records))
      await (offset === undefined ? topic.reachedEnd() : topic.reached(offset + decision.records.length - 1))
      return isTaken(decision, applied, offset) ? decision : undefined
    } finally {
      stop()
    }
  }

  /** False when a record was passed over: another writer gave the id meanwhile. */
  function isTaken(
    { records }: Decision<unknown>,
    applied: readonly AppliedRecord[],
    offset: number | undefined,
  ): boolean {
    const first = offset ?? applied.at(-records.length)?.offset ?? 0
    const foreign = applied.filter((each) => each.offset < first)
    if (foreign.length > 0) {
      logger.error(
        { topic: schemasTopic, records: foreign.length },
        'another schema registry writes here too: run one at a time',
      )
      const keys = new Set(records.map(({ key }) => JSON.stringify(key)))
      if (foreign.some(({ key }) => keys.has(JSON.stringify(key))))
        throw new RegistryRefusal(
          50001,
          'another schema registry changed the same at the same time; look what holds now',
        )
    }
    return applied.every((each) => each.offset < first || each.passed === undefined)
  }

  async function changeNow<Answer>(decide: Decide<Answer>): Promise<Answer> {
    for (let attempts = 0; attempts < attemptsMax; attempts++) {
      const decision = await attempt((await open(true))!, decide)
      if (decision) return decision.answer
    }
    throw new RegistryRefusal(50001, `other writers came between ${attemptsMax} times; try again`)
  }

  return {
    reader,
    state: async () => (await open(false))?.topic.state ?? empty,
    change(decide) {
      const next = last.then(() => changeNow(decide))
      last = next.catch(() => undefined)
      return next
    },
    async close() {
      await last
      const found = await opened?.catch(() => undefined)
      found?.topic.close()
      await found?.writer.close()
    },
  }
}
