import type { KafkaClient } from '../../client/kafka-client.ts'
import { RegistryRefusal } from '../registry-refusal.ts'

/** The name that Confluent's registry gives it. */
export const schemasTopic = '_schemas'

/** The topic's id; undefined when there is none and none is to be made. It is refused when its settings would lose records. */
export async function openSchemasTopic(kafka: KafkaClient, create: boolean): Promise<string | undefined> {
  const [found] = await kafka.topics.describe([schemasTopic])
  if (!found) {
    if (!create) return undefined
    await kafka.topics.create([{ name: schemasTopic, partitions: 1, configs: { 'cleanup.policy': 'compact' } }])
    // Another one may have made it at the same time: then it is looked at as well.
    return openSchemasTopic(kafka, false)
  }
  if (found.partitions.length !== 1)
    throw unfit(`it has ${found.partitions.length} partitions, and schemas need the order of a single one`)
  const configs = await kafka.topics.configs(schemasTopic)
  const policy = configs.find(({ name }) => name === 'cleanup.policy')?.value
  if (policy !== 'compact')
    throw unfit(`its cleanup.policy is ${policy}, which would remove schemas with time: set it to compact`)
  return found.id
}

function unfit(why: string): RegistryRefusal {
  return new RegistryRefusal(50001, `the topic ${schemasTopic} cannot hold schemas: ${why}`)
}
