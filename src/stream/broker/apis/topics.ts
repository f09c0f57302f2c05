import { createPartitionsApi } from '../../protocol/apis/create-partitions.ts'
import { createTopicsApi } from '../../protocol/apis/create-topics.ts'
import { deleteRecordsApi } from '../../protocol/apis/delete-records.ts'
import { deleteTopicsApi } from '../../protocol/apis/delete-topics.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkTopicConfigs } from '../topics/topic-configs.ts'
import { checkNewTopic } from '../topics/topic-store.ts'
import { topicConfigsOf } from './described-configs.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type NewTopic = RequestOf<typeof createTopicsApi>['topics'][number]

export function topicHandlers(services: ApiServices): Handler[] {
  const { topics, groups, logger } = services
  return [
    handle(createTopicsApi, async (request, context) => ({
      topics: await Promise.all(
        request.topics.map(async (wanted) => {
          try {
            if (request.topics.filter(({ name }) => name === wanted.name).length > 1)
              throw new KafkaRefusal('INVALID_REQUEST', `topic "${wanted.name}" is named twice`)
            return {
              name: wanted.name,
              errorMessage: null,
              ...(await createTopic(services, wanted, request.validateOnly, context)),
            }
          } catch (error) {
            return { name: wanted.name, ...refusalOf(error, logger), configs: null }
          }
        }),
      ),
    })),
    handle(deleteTopicsApi, async (request, { apiVersion, chargePartitions }) => ({
      responses: await Promise.all(
        (apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: undefined }))).map(
          async ({ name, topicId }) => {
            try {
              const topic = name === null ? topics.byId(topicId ?? '') : topics.get(name)
              if (!topic)
                throw new KafkaRefusal(
                  name === null ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
                  `there is no topic "${name ?? topicId}"`,
                )
              chargePartitions(topic.partitions.length)
              await topics.delete(topic.name)
              await groups.offsets.forget((entry) => entry.topic === topic.name)
              return { name: topic.name, topicId: topic.id }
            } catch (error) {
              return { name, topicId, ...refusalOf(error, logger) }
            }
          },
        ),
      ),
    })),
    handle(createPartitionsApi, async (request, { chargePartitions }) => ({
      results: await Promise.all(
        request.topics.map(async ({ name, count }) => {
          try {
            chargePartitions(Math.max(0, count - (topics.get(name)?.partitions.length ?? count)))
            if (request.validateOnly) checkNewTopic(name, count)
            else await topics.addPartitions(name, count)
            return { name, errorMessage: null }
          } catch (error) {
            return { name, ...refusalOf(error, logger) }
          }
        }),
      ),
    })),
    handle(deleteRecordsApi, async (request) => ({
      topics: await Promise.all(
        request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            partitions.map(async ({ partitionIndex, offset }) => {
              try {
                return { partitionIndex, lowWatermark: await deleteRecords(services, name, partitionIndex, offset) }
              } catch (error) {
                return { partitionIndex, lowWatermark: -1, errorCode: refusalOf(error, logger).errorCode }
              }
            }),
          ),
        })),
      ),
    })),
  ]
}

async function createTopic(
  { topics, defaultPartitions }: ApiServices,
  wanted: NewTopic,
  validateOnly: boolean,
  { chargePartitions }: RequestContext,
) {
  const { name, numPartitions, replicationFactor, assignments } = wanted
  if (replicationFactor !== -1 && replicationFactor !== 1 && assignments.length === 0)
    throw new KafkaRefusal(
      'INVALID_REPLICATION_FACTOR',
      `topic "${name}" asks for ${replicationFactor} replicas; this log is one node`,
    )
  const partitions =
    assignments.length > 0 ? assignments.length : numPartitions === -1 ? defaultPartitions : numPartitions
  const configs = Object.fromEntries(
    wanted.configs.flatMap((config) => (config.value === null ? [] : [[config.name, config.value]])),
  )
  checkTopicConfigs(configs)
  checkNewTopic(name, partitions)
  if (topics.get(name)) throw new KafkaRefusal('TOPIC_ALREADY_EXISTS', `topic "${name}" already exists`)
  chargePartitions(partitions)
  const topic = validateOnly ? undefined : await topics.create(name, partitions, configs)
  return {
    ...(topic ? { topicId: topic.id } : {}),
    numPartitions: partitions,
    replicationFactor: 1,
    configs: topicConfigsOf({ configs }).map(({ name: config, value, configSource }) => ({
      name: config,
      value,
      configSource,
    })),
  }
}

async function deleteRecords(
  { topics }: ApiServices,
  name: string,
  partitionIndex: number,
  offset: number,
): Promise<number> {
  const partition = topics.get(name)?.partitions[partitionIndex]
  if (!partition)
    throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${name}-${partitionIndex}`)
  const log = await partition.log()
  const before = offset === -1 ? log.endOffset : offset
  if (before < 0 || before > log.endOffset)
    throw new KafkaRefusal('OFFSET_OUT_OF_RANGE', `${name}-${partitionIndex} ends at ${log.endOffset}`)
  const start = log.moveStart(before)
  await topics.checkpoint()
  await log.removeOutdated()
  return start
}
