import type { WeirError } from '../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../client/kafka-client.ts'
import type { Isolation } from './place.ts'
import { readForward } from './read-forward.ts'
import { bytesOf, type ReadRecord } from './read-record.ts'
import { skipEmpty } from './skip-empty.ts'

export interface NewestRequest {
  readonly topic: string
  /** By partition: records before it are shown; of the first page the ends. */
  readonly before: ReadonlyMap<number, number>
  readonly starts: ReadonlyMap<number, number>
  readonly limit: number
  readonly isolation?: Isolation | undefined
  /** Of all records together: a page of large ones is shorter. Default 16 MB. */
  readonly bytesMax?: number
  readonly signal?: AbortSignal | undefined
  /** As in `readForward`; what is newer than the damage in a partition is given. */
  readonly onTrouble?: ((partition: number, error: WeirError) => void) | undefined
}

export interface NewestPage {
  /** The newest first: across partitions by time, within one by offset. */
  readonly records: readonly ReadRecord[]
  /** `before` of the next page; a partition that has nothing older is left out. */
  readonly before: ReadonlyMap<number, number>
}

const bytesMaxDefault = 16_000_000
/** Of one step back in one partition, as far as the sizes seen tell. */
const windowBytes = 1_000_000
const windowRecordsMin = 8
/** Where nothing is found that would tell a size. */
const windowRecordsMax = 1_000_000

/**
 * Goes back from the ends. A log is read forward only, so each partition is read in windows that lie before one another, and its
 * window grows where there is little in it. What has nothing at all is passed over: after compaction, or where a log was restored.
 */
export async function readNewest(client: Pick<KafkaClient, 'fetch'>, request: NewestRequest): Promise<NewestPage> {
  const { topic, starts, limit, isolation, signal, onTrouble } = request
  const bytesMax = request.bytesMax ?? bytesMaxDefault
  const first = Math.max(windowRecordsMin, Math.ceil((2 * limit) / Math.max(1, request.before.size)))
  const partitions = [...request.before].map(([partition, before]) =>
    goBack(partition, starts.get(partition) ?? 0, before, first),
  )
  const records: ReadRecord[] = []
  let bytes = 0
  while (records.length < limit && bytes < bytesMax) {
    const dry = partitions.filter((one) => one.isDry)
    if (dry.length > 0) await fillWindows(client, dry, { topic, isolation, signal, onTrouble })
    if (partitions.some((one) => one.isDry)) continue
    const newest = newestOf(partitions)
    if (!newest) break
    const record = newest.take()
    records.push(record)
    bytes += bytesOf(record)
  }
  const left = partitions.filter((one) => one.before > one.start)
  return { records, before: new Map(left.map((one) => [one.partition, one.before])) }
}

/** One partition, read backwards. */
interface BackwardPartition {
  readonly partition: number
  readonly start: number
  /** What is older than all that was taken lies before it. */
  readonly before: number
  /** It has to be read before its newest is known. */
  readonly isDry: boolean
  readonly newest: ReadRecord | undefined
  take(): ReadRecord
  /** The next window to read. */
  window(): { readonly from: number; readonly until: number }
  /** `readFrom`: everything from there on was looked at. */
  fill(found: readonly ReadRecord[], readFrom: number): void
  /** The window cannot be read. A smaller one may lie behind the damage: false when there is none. */
  shrink(): boolean
}

function goBack(partition: number, start: number, end: number, firstWindow: number): BackwardPartition {
  let waiting: ReadRecord[] = []
  /** Everything from here on was read. */
  let readFrom = end
  let before = end
  let size = firstWindow
  let hasFailed = false
  const windowStart = (): number => Math.max(start, readFrom - size)
  return {
    partition,
    start,
    get before() {
      return before
    },
    get isDry() {
      return waiting.length === 0 && readFrom > start && !hasFailed
    },
    get newest() {
      return waiting.at(-1)
    },
    take() {
      const record = waiting.pop()!
      before = waiting.length === 0 ? readFrom : record.offset
      return record
    },
    window: () => ({ from: windowStart(), until: readFrom }),
    fill(found, lookedFrom) {
      // All of the first batch is there, though the window begins within it.
      readFrom = Math.min(lookedFrom, found[0]?.offset ?? Infinity)
      waiting = [...found]
      if (found.length === 0) before = readFrom
      size = Math.max(windowRecordsMin, Math.min(2 * size, fittingRecords(found)))
    },
    shrink() {
      hasFailed = size <= 1
      if (hasFailed) before = start
      size = Math.max(1, Math.floor(size / 4))
      return !hasFailed
    },
  }
}

function fittingRecords(found: readonly ReadRecord[]): number {
  if (found.length === 0) return windowRecordsMax
  const bytes = found.reduce((sum, record) => sum + bytesOf(record), 0)
  return Math.floor((found.length * windowBytes) / Math.max(1, bytes))
}

/** Reads the next window of each of these. */
async function fillWindows(
  client: Pick<KafkaClient, 'fetch'>,
  dry: readonly BackwardPartition[],
  reading: {
    readonly topic: string
    readonly isolation: Isolation | undefined
    readonly signal: AbortSignal | undefined
    readonly onTrouble: NewestRequest['onTrouble']
  },
): Promise<void> {
  const { onTrouble } = reading
  const windows = dry.map((one) => ({
    one,
    ...one.window(),
    found: [] as ReadRecord[],
    trouble: undefined as WeirError | undefined,
  }))
  const byPartition = new Map(windows.map((window) => [window.one.partition, window]))
  const map = (valueOf: (window: (typeof windows)[number]) => number): Map<number, number> =>
    new Map(windows.map((window) => [window.one.partition, valueOf(window)]))
  const reads = readForward(client, {
    ...reading,
    from: map(({ from }) => from),
    until: map(({ until }) => until),
    keepFrom: map(({ one }) => one.start),
    onTrouble: onTrouble && ((partition, error) => void (byPartition.get(partition)!.trouble = error)),
  })
  for await (const { partition, records } of reads) byPartition.get(partition)!.found.push(...records)
  const lookedFrom = await Promise.all(
    windows.map(async ({ one, from, found, trouble }) => {
      if (trouble || found.length > 0) return from
      return skipEmpty(client, { ...reading, partition: one.partition, start: one.start, end: from })
    }),
  )
  for (const [at, { one, found, trouble }] of windows.entries()) {
    if (!trouble) one.fill(found, lookedFrom[at]!)
    else if (!one.shrink()) onTrouble?.(one.partition, trouble)
  }
}

function newestOf(partitions: readonly BackwardPartition[]): BackwardPartition | undefined {
  let best: BackwardPartition | undefined
  for (const one of partitions) {
    if (one.newest && (!best?.newest || isNewer(one.newest, best.newest))) best = one
  }
  return best
}

function isNewer(one: ReadRecord, other: ReadRecord): boolean {
  return one.timestampMs === other.timestampMs ? one.offset > other.offset : one.timestampMs > other.timestampMs
}
