import { createTopicsApi } from '../../protocol/apis/create-topics.ts'
import { planTopic, type WantedTopic } from '../topics/new-topic.ts'
import { topicConfigsOf } from './described-configs.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { checkOnce, onceEach } from './named-once.ts'
import { refusalOf, type ApiServices } from './services.ts'

export function createTopicsHandler(services: ApiServices): Handler {
  return handle(createTopicsApi, async ({ topics, validateOnly }, context) => {
    return {
      topics: await Promise.all(
        onceEach(topics).map(async (topic) => {
          try {
            checkOnce(topic.name, topics)
            return { name: topic.name, errorMessage: null, ...(await create(services, topic, validateOnly, context)) }
          } catch (error) {
            return { name: topic.name, ...refusalOf(error, services.logger), configs: null }
          }
        }),
      ),
    }
  })
}

async function create(
  { topics, defaultPartitions }: ApiServices,
  wanted: WantedTopic,
  validateOnly: boolean,
  { chargePartitions }: RequestContext,
) {
  const { partitions, configs } = planTopic(wanted, defaultPartitions)
  topics.checkFree(wanted.name)
  chargePartitions(partitions)
  const topic = validateOnly ? undefined : await topics.create(wanted.name, partitions, configs)
  return {
    ...(topic ? { topicId: topic.id } : {}),
    numPartitions: partitions,
    replicationFactor: 1,
    configs: topicConfigsOf({ configs }).map(({ name, value, configSource }) => ({ name, value, configSource })),
  }
}
