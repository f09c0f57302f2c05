import { WeirError } from '../kernel/errors/weir-error.ts'
import { nearestName } from '../kernel/nearest.ts'
import type { KafkaClient } from '../stream/client/kafka-client.ts'
import { listResources } from './resources.ts'
import type { WeirClient } from './weir-client.ts'

/** WEIR-2011 with the nearest name when the log has no such stream; `advice` is what else to do. */
export async function mustExist(client: KafkaClient, stream: string, advice = ''): Promise<void> {
  if ((await client.topics.describe([stream])).length > 0) return
  const names = (await client.topics.describe()).map(({ name }) => name)
  const near = nearestName(stream, names)
  const meant = near === undefined ? `There are ${listed(names)}.` : `Did you mean ${near}?`
  throw new WeirError('WEIR-2011', `there is no stream "${stream}". ${meant}${advice === '' ? '' : ` ${advice}`}`)
}

/** Makes a stream that the log has not; WEIR-2011 for one that is declared: it would be made otherwise than declared. */
export async function createStream(
  client: KafkaClient,
  weir: WeirClient,
  stream: string,
  partitions?: number,
): Promise<void> {
  if ((await client.topics.describe([stream])).length > 0) return
  const declared = (await listResources(weir, { kind: 'stream', prefix: stream })).find(({ name }) => name === stream)
  if (declared)
    throw new WeirError(
      'WEIR-2011',
      `the stream "${stream}" is declared, but it is ${declared.state}: ${declared.reason ?? 'see weir logs'}. Correct that instead of --create`,
    )
  await client.topics.create([{ name: stream, ...(partitions === undefined ? {} : { partitions }) }])
}

const listedMax = 10

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const more = names.length > listedMax ? ` and ${names.length - listedMax} more` : ''
  return `${names.slice(0, listedMax).join(', ')}${more}`
}
