import { WeirError } from '../kernel/errors/weir-error.ts'
import { nearestName } from '../kernel/nearest.ts'
import type { KafkaClient } from '../stream/client/kafka-client.ts'

/** WEIR-2011 with the nearest name when the log has no such stream; `advice` is what else to do. */
export async function mustExist(client: KafkaClient, stream: string, advice = ''): Promise<void> {
  const names = (await client.topics.describe()).map(({ name }) => name)
  if (names.includes(stream)) return
  const near = nearestName(stream, names)
  const meant = near === undefined ? `There are ${names.join(', ') || 'none'}.` : `Did you mean ${near}?`
  throw new WeirError('WEIR-2011', `there is no stream "${stream}". ${meant}${advice === '' ? '' : ` ${advice}`}`)
}
