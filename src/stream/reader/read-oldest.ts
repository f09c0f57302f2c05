import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import type { Isolation } from './place.ts'
import { readForward } from './read-forward.ts'
import { bytesOf, type ReadRecord } from './read-record.ts'

export interface OldestRequest {
  readonly topic: string
  /** By partition: where to begin. */
  readonly from: ReadonlyMap<number, number>
  readonly ends: ReadonlyMap<number, number>
  readonly limit: number
  readonly isolation?: Isolation | undefined
  /** Of all records together: a page of large ones is shorter. Default 16 MB. */
  readonly bytesMax?: number
  readonly signal?: AbortSignal | undefined
  readonly onTrouble?: ((partition: number, error: WeirError) => void) | undefined
}

export interface OldestPage {
  /** The oldest first: across partitions by time, within one by offset. */
  readonly records: readonly ReadRecord[]
  /** `from` of the next page; partitions that are at their end are left out. */
  readonly from: ReadonlyMap<number, number>
}

const bytesMaxDefault = 16_000_000

/** What was read of one partition and is not taken yet. */
interface Waiting {
  readonly partition: number
  readonly end: number
  records: ReadRecord[]
  /** Everything before it was read. */
  read: number
  hasFailed: boolean
}

/** Goes on from a place. Partitions are read as far as their next record has to be known, no further. */
export async function readOldest(client: Pick<KafkaClient, 'fetch'>, request: OldestRequest): Promise<OldestPage> {
  const bytesMax = request.bytesMax ?? bytesMaxDefault
  const partitions = [...request.from].map(([partition, read]): Waiting => ({
    partition,
    end: request.ends.get(partition) ?? 0,
    records: [],
    read,
    hasFailed: false,
  }))
  const records: ReadRecord[] = []
  let bytes = 0
  while (records.length < request.limit && bytes < bytesMax) {
    const dry = partitions.filter(isDry)
    if (dry.length > 0) await readMore(client, request, dry)
    if (partitions.some(isDry)) continue
    const oldest = oldestOf(partitions)
    if (!oldest) break
    const record = oldest.records.shift()!
    records.push(record)
    bytes += bytesOf(record)
  }
  const left = partitions.filter((one) => !one.hasFailed && placeOf(one) < one.end)
  return { records, from: new Map(left.map((one) => [one.partition, placeOf(one)])) }
}

function isDry({ records, read, end, hasFailed }: Waiting): boolean {
  return records.length === 0 && read < end && !hasFailed
}

function placeOf({ records, read }: Waiting): number {
  return records[0]?.offset ?? read
}

/** One answer of the broker for each of these. */
async function readMore(
  client: Pick<KafkaClient, 'fetch'>,
  request: OldestRequest,
  dry: readonly Waiting[],
): Promise<void> {
  const { topic, isolation, signal } = request
  const byPartition = new Map(dry.map((one) => [one.partition, one]))
  const reads = readForward(client, {
    topic,
    from: new Map(dry.map(({ partition, read }) => [partition, read])),
    until: new Map(dry.map(({ partition, end }) => [partition, end])),
    isolation,
    signal,
    onTrouble(partition, error) {
      byPartition.get(partition)!.hasFailed = true
      if (!request.onTrouble) throw error
      request.onTrouble(partition, error)
    },
  })
  const open = new Set(byPartition.keys())
  for await (const { partition, records, next } of reads) {
    const waiting = byPartition.get(partition)!
    waiting.records.push(...records)
    waiting.read = next
    if (records.length > 0 || next >= waiting.end) open.delete(partition)
    // The others' answers came with this one, as far as the broker had room.
    if (open.size === 0) return
  }
}

function oldestOf(partitions: readonly Waiting[]): Waiting | undefined {
  let best: Waiting | undefined
  for (const one of partitions) if (one.records[0] && (!best || isOlder(one.records[0], best.records[0]!))) best = one
  return best
}

function isOlder(one: ReadRecord, other: ReadRecord): boolean {
  return one.timestampMs === other.timestampMs ? one.offset < other.offset : one.timestampMs < other.timestampMs
}
