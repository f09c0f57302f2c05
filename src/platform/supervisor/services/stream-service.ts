import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { KafkaRefusal } from '../../../stream/broker/kafka-refusal.ts'
import { checkTopicConfigs } from '../../../stream/broker/topics/topic-configs.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import { schemasTopic } from '../../../stream/registry/store/schemas-topic.ts'
import type { StreamsPlace } from '../streams/streams-place.ts'
import type { StreamDescription, StreamPlan, StreamService } from '../../kinds/reconcile-services.ts'

/** Topics by the Kafka protocol: the embedded log and the real Kafka alike. */
export function createStreamService(place: Pick<StreamsPlace, 'kafka' | 'states' | 'showsOthers'>): StreamService {
  const client = () => place.kafka()
  return {
    check(plan) {
      if (place.showsOthers) checkConfigs(plan)
    },
    async ensure(plan) {
      place.states.forget()
      const { topics } = await client()
      const configs = configsOf(plan)
      const [found] = await topics.describe([plan.name])
      if (!found) {
        await topics.create([{ name: plan.name, partitions: plan.partitions, configs: withoutDefaults(configs) }])
        return
      }
      // More than declared, a client has added: they cannot be taken away, and all of them are delivered.
      if (found.partitions.length < plan.partitions) await topics.addPartitions(plan.name, plan.partitions)
      await topics.alterConfigs(plan.name, { ...configs, ...(await takenBack(topics, plan)) })
    },
    async remove(name) {
      await (await client()).topics.delete([name])
    },
    state: (name) => place.states.of(name),
    async list() {
      if (!place.showsOthers) return []
      const topics = await (await client()).topics.describe()
      return topics
        .filter(({ name, internal }) => !internal && name !== schemasTopic)
        .map(({ name, partitions }) => ({ name, partitions: partitions.length }))
    },
    async describe(name) {
      const kafka = await client()
      const [topic] = await kafka.topics.describe([name])
      return topic && describeTopic(kafka, topic.name, topic.id)
    },
  }
}

function checkConfigs(plan: StreamPlan): void {
  try {
    checkTopicConfigs(withoutDefaults(configsOf(plan)))
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    throw new WeirError('WEIR-1003', `stream "${plan.name}": config: ${error.message}`, { cause: error })
  }
}

/** Only what is set there: a broker that knows nothing of a setting refuses to take it back. */
async function takenBack(topics: KafkaClient['topics'], { name, unset }: StreamPlan): Promise<Record<string, null>> {
  const configs = await topics.configs(name)
  const set = configs.filter((config) => config.source === 'topic' && unset.includes(config.name))
  return Object.fromEntries(set.map((config) => [config.name, null]))
}

async function describeTopic(kafka: KafkaClient, name: string, topicId: string): Promise<StreamDescription> {
  const [starts, ends] = await Promise.all([kafka.offsets.list(name, 'start'), kafka.offsets.list(name, 'end')])
  const partitions = [...ends.keys()]
    .toSorted((a, b) => a - b)
    .map((partition) => ({ partition, start: String(starts.get(partition) ?? 0), end: String(ends.get(partition)) }))
  return { name, topicId, partitions }
}

/** Kafka's names; null takes a setting back to its default, and -1 is no limit. */
function configsOf({ retentionMs, retentionBytes, config }: StreamPlan): Record<string, string | null> {
  return {
    'retention.ms': String(retentionMs ?? -1),
    'retention.bytes': retentionBytes === null ? null : String(retentionBytes),
    ...config,
  }
}

function withoutDefaults(configs: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(Object.entries(configs).filter((entry): entry is [string, string] => entry[1] !== null))
}
