import { describeLogDirsApi } from '../protocol/apis/describe-log-dirs.ts'
import type { Broker } from './broker.ts'
import type { TopicDescription } from './kafka-client.ts'
import { check } from './retry.ts'

/** Bytes by partition of each topic, of what this broker holds. */
export async function logSizes(
  broker: Broker,
  topics: readonly TopicDescription[],
  timeoutMs: number,
): Promise<[topic: string, partition: number, bytes: number][]> {
  const asked = topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partition }) => partition),
  }))
  const { body } = await broker.call(describeLogDirsApi, { topics: asked }, { timeoutMs })
  check(body.errorCode, `log directories of ${broker.address}`)
  return body.results.flatMap(({ errorCode, logDir, topics: held }) => {
    check(errorCode, `log directory ${logDir} of ${broker.address}`)
    return held.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ isFutureKey }) => !isFutureKey)
        .map(({ partitionIndex, partitionSize }): [string, number, number] => [name, partitionIndex, partitionSize]),
    )
  })
}
