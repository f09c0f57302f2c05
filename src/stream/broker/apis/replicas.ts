import { alterPartitionReassignmentsApi } from '../../protocol/apis/alter-partition-reassignments.ts'
import { electLeadersApi } from '../../protocol/apis/elect-leaders.ts'
import { listPartitionReassignmentsApi } from '../../protocol/apis/list-partition-reassignments.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkReplicas } from '../topics/partition-assignments.ts'
import { handle, type Handler } from './handler.ts'
import { refusalOf, type ApiServices } from './services.ts'

/** What tools ask of a cluster of several nodes. Of one node the answers are known: it leads all, and nothing moves. */
export function replicaHandlers(services: ApiServices): Handler[] {
  const { topics, logger } = services

  function checkPartition(topic: string, partition: number): void {
    if (!topics.get(topic)?.partitions[partition])
      throw new KafkaRefusal('UNKNOWN_TOPIC_OR_PARTITION', `there is no partition ${topic}-${partition}`)
  }

  const allTopics = (): { topic: string; partitions: number[] }[] =>
    topics.all().map(({ name }) => ({ topic: name, partitions: [] }))

  function outcome(check: () => void) {
    try {
      check()
      return { errorCode: 0, errorMessage: null }
    } catch (error) {
      return refusalOf(error, logger)
    }
  }

  return [
    handle(electLeadersApi, ({ topicPartitions }) => ({
      // When all are asked for, partitions are told whose leader changed: none.
      replicaElectionResults: (topicPartitions ?? allTopics()).map(({ topic, partitions }) => ({
        topic,
        partitionResult: partitions.map((partitionId) => ({
          partitionId,
          ...outcome(() => {
            checkPartition(topic, partitionId)
            throw new KafkaRefusal('ELECTION_NOT_NEEDED', 'the only replica leads already')
          }),
        })),
      })),
    })),
    handle(alterPartitionReassignmentsApi, ({ topics: wanted }) => ({
      errorMessage: null,
      responses: wanted.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => ({
          partitionIndex,
          ...outcome(() => {
            checkPartition(name, partitionIndex)
            if (replicas === null) throw new KafkaRefusal('NO_REASSIGNMENT_IN_PROGRESS', 'nothing moves on one node')
            checkReplicas(name, replicas)
          }),
        })),
      })),
    })),
    handle(listPartitionReassignmentsApi, () => ({ errorMessage: null, topics: [] })),
  ]
}
