import { deleteTopicsApi } from '../../protocol/apis/delete-topics.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

interface Named {
  readonly name: string | null
  readonly topicId?: string
}

export function deleteTopicsHandler(services: ApiServices): Handler {
  const { topics, groups, logger } = services
  return handle(deleteTopicsApi, async (request, { apiVersion, chargePartitions }) => {
    const named: readonly Named[] = apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name }))
    return {
      responses: await Promise.all(
        named.map(async (wanted) => {
          try {
            const topic = found(services, wanted)
            chargePartitions(topic.partitions.length)
            await topics.delete(topic.name)
            await groups.offsets.forget((entry) => entry.topic === topic.name)
            return { name: topic.name, topicId: topic.id }
          } catch (error) {
            return { ...wanted, ...refusalOf(error, logger) }
          }
        }),
      ),
    }
  })
}

function found({ topics }: ApiServices, { name, topicId = '' }: Named): Topic {
  const topic = name === null ? topics.byId(topicId) : topics.get(name)
  if (topic) return topic
  throw new KafkaRefusal(
    name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
    `there is no topic "${name ?? topicId}"`,
  )
}
