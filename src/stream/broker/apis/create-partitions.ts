import type { RequestOf } from '../../protocol/api.ts'
import { createPartitionsApi } from '../../protocol/apis/create-partitions.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkGrowth } from '../topics/new-topic.ts'
import { checkOnce, onceEach } from './named-once.ts'
import { checkReplicas } from '../topics/partition-assignments.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

type WantedGrowth = RequestOf<typeof createPartitionsApi>['topics'][number]

export function createPartitionsHandler({ topics, logger }: ApiServices): Handler {
  return handle(createPartitionsApi, async (request, { chargePartitions }) => ({
    results: await Promise.all(
      onceEach(request.topics).map(async (wanted) => {
        const { name, count } = wanted
        try {
          checkOnce(name, request.topics)
          const topic = topics.get(name)
          if (!topic) throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic "${name}"`)
          check(topic, wanted)
          chargePartitions(count - topic.partitions.length)
          if (!request.validateOnly) await topics.addPartitions(name, count)
          return { name, errorMessage: null }
        } catch (error) {
          return { name, ...refusalOf(error, logger) }
        }
      }),
    ),
  }))
}

function check(topic: Topic, { count, assignments }: WantedGrowth): void {
  checkGrowth(topic, count)
  if (assignments === null || assignments.length === 0) return
  const added = count - topic.partitions.length
  if (assignments.length !== added)
    throw new KafkaRefusal(
      'INVALID_REPLICA_ASSIGNMENT',
      `topic "${topic.name}" gets ${added} partitions more, and the request says the brokers of ${assignments.length}`,
    )
  for (const { brokerIds } of assignments) checkReplicas(topic.name, brokerIds)
}
