import { defaultLimits, type BrokerLimits } from './broker.ts'
import { ownAnswerBytes } from './network/answer-room.ts'

/** Node itself, what is known of groups and producers, indexes, the map of a compaction, and memory that is lent again. */
const fixedBytes = 192_000_000
/** With less, no request of the largest size that topics take by default would fit. */
export const logMemoryBytesMin = 384_000_000

/** Of one that is open, with what is known of where its batches lie and who wrote them; measured with 10,000. */
const partitionBytes = 7000
/** Of one with its requests of a few bytes and its answers of a few kilobytes; measured with 3,500. */
const connectionBytes = 10_000 + ownAnswerBytes
const connectionsMax = 4000

/**
 * Young objects are collected when there are so many megabytes of them. By default it is several times as much, which is spent
 * as soon as much is asked, and never given back.
 */
export const logNodeOptions: readonly string[] = ['--max-semi-space-size=16']

type MemoryLimits = Pick<
  BrokerLimits,
  | 'requestBytesMax'
  | 'requestBytesHeldMax'
  | 'answerBytesHeldMax'
  | 'fetchBytesMax'
  | 'lentBytesKept'
  | 'connectionsMax'
  | 'partitionsOpenMax'
>

/**
 * What keeps the log within so much memory. Of what it does not need for itself three eighths are for connections and open
 * partitions, the rest for requests and answers.
 */
export function limitsOfMemory(bytes: number): MemoryLimits {
  const shared = bytes - fixedBytes
  const requestBytesHeldMax = Math.floor((shared * 3) / 8)
  const answerBytesHeldMax = Math.floor((shared * 2) / 8)
  const states = (shared * 3) / 8
  return {
    requestBytesHeldMax,
    answerBytesHeldMax,
    requestBytesMax: Math.min(128 * 1024 * 1024, Math.floor(requestBytesHeldMax / 2)),
    fetchBytesMax: Math.min(defaultLimits.fetchBytesMax, answerBytesHeldMax),
    lentBytesKept: Math.min(32 * 1024 * 1024, Math.floor(shared / 16)),
    connectionsMax: Math.min(connectionsMax, Math.floor((states * 5) / 8 / connectionBytes)),
    partitionsOpenMax: Math.floor((states * 3) / 8 / partitionBytes),
  }
}
