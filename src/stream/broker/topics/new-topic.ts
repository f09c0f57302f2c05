import { KafkaRefusal } from '../kafka-refusal.ts'
import { checkAssignments } from './partition-assignments.ts'
import { checkTopicConfigs } from './topic-configs.ts'
import type { Topic } from './topic.ts'

/** As CreateTopics asks for it; -1 stands for what the log has by default. */
export interface WantedTopic {
  readonly name: string
  readonly numPartitions: number
  readonly replicationFactor: number
  readonly assignments: readonly { readonly partitionIndex: number; readonly brokerIds: readonly number[] }[]
  readonly configs: readonly { readonly name: string; readonly value: string | null }[]
}

export interface PlannedTopic {
  readonly partitions: number
  readonly configs: Topic['configs']
}

const partitionsMax = 10_000

/** What is to be made. Throws KafkaRefusal for what Kafka refuses of a cluster of one broker. */
export function planTopic(wanted: WantedTopic, defaultPartitions: number): PlannedTopic {
  const { name, numPartitions, replicationFactor, assignments } = wanted
  checkTopicName(name)
  const configs = Object.fromEntries(
    wanted.configs.flatMap((config) => (config.value === null ? [] : [[config.name, config.value.trim()]])),
  )
  checkTopicConfigs(configs)
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1)
      throw new KafkaRefusal(
        'INVALID_REQUEST',
        `topic "${name}" says which brokers have its partitions, and how many partitions or replicas it has: leave these at -1`,
      )
    checkAssignments(name, assignments)
    return { partitions: checkedCount(name, assignments.length), configs }
  }
  checkReplicationFactor(name, replicationFactor)
  return { partitions: checkedCount(name, numPartitions === -1 ? defaultPartitions : numPartitions), configs }
}

export function checkTopicName(name: string): void {
  if (!/^[a-zA-Z0-9._-]{1,249}$/.test(name) || name === '.' || name === '..')
    throw new KafkaRefusal(
      'INVALID_TOPIC_EXCEPTION',
      `"${name}" is no name of a topic: 1 to 249 letters, digits, ".", "_" or "-"`,
    )
}

/** Throws KafkaRefusal unless a topic may grow to so many partitions. */
export function checkGrowth({ name, partitions }: Topic, count: number): void {
  if (count === partitions.length)
    throw new KafkaRefusal('INVALID_PARTITIONS', `topic "${name}" has ${count} partitions already`)
  if (count < partitions.length)
    throw new KafkaRefusal(
      'INVALID_PARTITIONS',
      `topic "${name}" has ${partitions.length} partitions: ${count} would not be more, and none can be taken away`,
    )
  checkedCount(name, count)
}

function checkedCount(name: string, count: number): number {
  if (Number.isInteger(count) && count >= 1 && count <= partitionsMax) return count
  throw new KafkaRefusal('INVALID_PARTITIONS', `topic "${name}" cannot have ${count} partitions: 1 to ${partitionsMax}`)
}

function checkReplicationFactor(name: string, factor: number): void {
  if (factor === -1 || factor === 1) return
  throw new KafkaRefusal(
    'INVALID_REPLICATION_FACTOR',
    factor < 1
      ? `topic "${name}" cannot have ${factor} replicas: 1, or -1 for the default`
      : `topic "${name}" asks for ${factor} replicas; this log is one node`,
  )
}
