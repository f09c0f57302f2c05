import { deleteRecordsApi } from '../protocol/apis/delete-records.ts'
import type { Broker } from './broker.ts'
import { check } from './retry.ts'

/** From one leader: where each partition begins now. */
export async function deleteRecordsOf(
  broker: Broker,
  topic: string,
  before: readonly (readonly [partition: number, offset: number])[],
  timeoutMs: number,
): Promise<[partition: number, start: number][]> {
  const partitions = before.map(([partitionIndex, offset]) => ({ partitionIndex, offset }))
  const request = { topics: [{ name: topic, partitions }], timeoutMs: Math.ceil(timeoutMs) }
  const { body } = await broker.call(deleteRecordsApi, request, { timeoutMs })
  return body.topics.flatMap(({ partitions: results }) =>
    results.map(({ partitionIndex, lowWatermark, errorCode }): [number, number] => {
      check(errorCode, `partition ${partitionIndex} of topic ${topic}`)
      return [partitionIndex, lowWatermark]
    }),
  )
}
