import type { KafkaClient } from '../client/kafka-client.ts'
import { batchesIn } from '../protocol/records/record-cursor.ts'
import type { Isolation } from './place.ts'

export interface Stretch {
  readonly topic: string
  readonly partition: number
  readonly start: number
  readonly end: number
  readonly isolation?: Isolation | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Where the last batch of the stretch ends; its start when there is none. What is behind needs no window to be read: a restored
 * log passes over 10^12 offsets at once, and compaction may leave as little. A few dozen small fetches, by halves.
 */
export async function skipEmpty(client: Pick<KafkaClient, 'fetch'>, stretch: Stretch): Promise<number> {
  let { start: low, end: high } = stretch
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2)
    const found = await endOfFirstBatch(client, stretch, middle, high)
    if (found === undefined) high = middle
    else low = Math.min(found, high)
  }
  return low
}

/** Where the first batch ends that has offsets in the range. What cannot be read counts as full: its reader has to hear why. */
async function endOfFirstBatch(
  client: Pick<KafkaClient, 'fetch'>,
  { topic, partition, isolation = 'committed', signal }: Stretch,
  from: number,
  until: number,
): Promise<number | undefined> {
  const [answer] = await client.fetch({
    topic,
    // Too little for any batch: then a broker gives the first one whole.
    partitions: [{ partition, offset: from, bytesMax: 1 }],
    bytesMax: 1,
    waitMs: 0,
    isolation,
    ...(signal ? { signal } : {}),
  })
  if (answer!.errorCode !== 0) return until
  for (const { header } of batchesIn(answer!.records)) {
    const end = header.baseOffset + header.lastOffsetDelta + 1
    if (end > from) return header.baseOffset < until ? end : undefined
  }
  return undefined
}
