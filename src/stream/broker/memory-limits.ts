import type { BrokerLimits } from './broker.ts'

/** Node itself, what is known of partitions, groups and producers, indexes, and the map of a compaction. */
const fixedBytes = 192 * 1024 * 1024
/** With less, no request of the largest size that topics take by default would fit. */
export const logMemoryBytesMin = 384_000_000

/** What keeps the log within so much memory: requests and answers share evenly what it does not need for itself. */
export function limitsOfMemory(
  bytes: number,
): Pick<BrokerLimits, 'requestBytesMax' | 'requestBytesHeldMax' | 'answerBytesHeldMax' | 'fetchBytesMax'> {
  const half = Math.floor((bytes - fixedBytes) / 2)
  return {
    requestBytesHeldMax: half,
    answerBytesHeldMax: half,
    requestBytesMax: Math.min(128 * 1024 * 1024, Math.floor(half / 2)),
    fetchBytesMax: Math.min(55 * 1024 * 1024, half),
  }
}
