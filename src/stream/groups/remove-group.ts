import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import { isRefusal } from '../client/retry.ts'
import { kafkaErrors } from '../protocol/errors.ts'
import { describeGroupLag } from './group-lag.ts'

type Asked = Pick<KafkaClient, 'groups' | 'offsets'>

/** Removes a group with its offsets; in how many partitions it had some. WEIR-3121 for none of that name, WEIR-3122 while it has members. */
export async function removeGroup(client: Asked, group: string): Promise<number> {
  const { partitions } = await describeGroupLag(client, group)
  await unlessInUse(group, client.groups.delete(group))
  return partitions.filter(({ committed }) => committed !== null).length
}

/** Forgets what it committed in one stream; in how many partitions. */
export async function removeOffsets(client: Asked, group: string, topic: string): Promise<number> {
  const { partitions } = await describeGroupLag(client, group)
  const committed = partitions.filter((one) => one.topic === topic && one.committed !== null)
  const numbers = committed.map(({ partition }) => partition)
  if (numbers.length > 0) await unlessInUse(group, client.groups.deleteOffsets(group, topic, numbers))
  return numbers.length
}

async function unlessInUse(group: string, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    const isInUse =
      isRefusal(error, kafkaErrors.NON_EMPTY_GROUP) || isRefusal(error, kafkaErrors.GROUP_SUBSCRIBED_TO_TOPIC)
    if (!isInUse) throw error
    throw new WeirError('WEIR-3122', `the group "${group}" has members that read. Stop its consumers first`, {
      cause: error,
    })
  }
}
