import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../../kernel/nearest.ts'
import type { KafkaClient, TopicDescription } from '../../../../stream/client/kafka-client.ts'

/** WEIR-2011 with the nearest name. */
export async function existingTopic({ topics }: KafkaClient, name: string): Promise<TopicDescription> {
  const [found] = await topics.describe([name])
  if (found) return found
  const near = nearestName(
    name,
    (await topics.describe()).map((topic) => topic.name),
  )
  throw new WeirError(
    'WEIR-2011',
    `there is no stream "${name}".${near === undefined ? ' weir stream list has those there are' : ` Did you mean ${near}?`}`,
  )
}
