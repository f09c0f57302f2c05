import type { RequestOf, ResponseInput } from '../../protocol/api.ts'
import { fetchApi } from '../../protocol/apis/fetch.ts'
import { kafkaErrors } from '../../protocol/errors.ts'
import { endOfBatches, recordsOf } from '../../protocol/records/batch-header.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import type { PartitionLog } from '../storage/partition-log.ts'
import type { Partition, PartitionView } from '../topics/partition.ts'
import type { Topic } from '../topics/topic.ts'
import { handle, type Handler, type RequestContext } from './handler.ts'
import { checkEpoch, divergence } from './leader-epochs.ts'
import { refusalOf, type ApiServices } from './services.ts'

type FetchRequest = RequestOf<typeof fetchApi>
type FetchTopic = FetchRequest['topics'][number]
type FetchPartition = FetchTopic['partitions'][number]
type TopicAnswer = NonNullable<ResponseInput<typeof fetchApi>['responses']>[number]
type PartitionAnswer = NonNullable<TopicAnswer['partitions']>[number]

/** Answers with what is durable; waits up to `maxWaitMs` until there are `minBytes`. Sessions are not kept: the id is always 0. */
export function fetchHandler(services: ApiServices): Handler {
  return handle(fetchApi, async (request, context) => {
    // It names only what changed since a fetch before, of another log or another life of this one.
    if (request.sessionEpoch > 0) return { errorCode: kafkaErrors.FETCH_SESSION_ID_NOT_FOUND }
    const deadline = services.clock.monotonic() + request.maxWaitMs
    for (;;) {
      // Begun before the reading, so that what is appended meanwhile is not missed.
      const change = nextChange(partitionsOf(services, request), context.closed)
      const bytesMax = context.room.open(
        Math.max(0, Math.min(request.maxBytes, services.limits.fetchBytesMax)),
        deadline - services.clock.monotonic(),
      )
      const gathered = await gather(services, request, context, bytesMax)
      context.room.keep()
      const leftMs = deadline - services.clock.monotonic()
      const enough = gathered.bytes >= request.minBytes || gathered.failed || leftMs <= 0 || context.closed.aborted
      if (!enough) context.room.release()
      if (!enough && (await change.within(leftMs))) continue
      change.cancel()
      countFetched(services, gathered)
      return { sessionId: 0, responses: gathered.responses }
    }
  })
}

/** Reads up to `bytesMax`, and a first batch whatever its size: who asks for no bytes gets on, too. */
async function gather(
  services: ApiServices,
  request: FetchRequest,
  context: RequestContext,
  bytesMax: number,
): Promise<Gathered> {
  const responses: TopicAnswer[] = []
  const fetched: Gathered['fetched'][number][] = []
  let bytes = 0
  let failed = false
  let full = false
  for (const wanted of request.topics) {
    const topic = topicOf(services, wanted, context.apiVersion)
    const partitions: PartitionAnswer[] = []
    for (const one of wanted.partitions) {
      const room: number = full ? 0 : Math.max(0, Math.min(one.partitionMaxBytes, bytesMax - bytes))
      const answer = await readOne(services, context, topic, wanted, one, {
        room,
        isFirst: bytes === 0,
        isCommitted: request.isolationLevel === readCommitted,
      })
      bytes += answer.records?.length ?? 0
      full ||= room < one.partitionMaxBytes && hasMore(answer, one, request)
      failed ||= answer.errorCode !== 0 || answer.divergingEpoch !== undefined
      partitions.push(answer)
    }
    responses.push({ topic: wanted.topic, topicId: wanted.topicId, partitions })
    if (topic) fetched.push({ topicId: topic.id, partitions })
  }
  return { responses, fetched, bytes, failed }
}

/** Its next batch did not fit: that of another partition hardly will, and to look would be to read it. */
function hasMore(
  { records, highWatermark = -1, lastStableOffset = -1 }: PartitionAnswer,
  { fetchOffset }: FetchPartition,
  { isolationLevel }: FetchRequest,
): boolean {
  const readable = isolationLevel === readCommitted ? lastStableOffset : highWatermark
  return ((records && endOfBatches(records)) ?? fetchOffset) < readable
}

interface Gathered {
  readonly responses: readonly TopicAnswer[]
  /** The same, by topics that are there. */
  readonly fetched: readonly { readonly topicId: string; readonly partitions: readonly PartitionAnswer[] }[]
  readonly bytes: number
  readonly failed: boolean
}

function countFetched({ metrics }: ApiServices, { fetched }: Gathered): void {
  for (const { topicId, partitions } of fetched)
    for (const { records } of partitions)
      if (records && records.length > 0) metrics.topics.fetched(topicId, records.length, recordsOf(records))
}

interface ReadBounds {
  readonly room: number
  /** Nothing was read before it: a batch that is too large is read all the same. */
  readonly isFirst: boolean
  /** Up to the last stable offset, and with the aborted transactions named. */
  readonly isCommitted: boolean
}

const readCommitted = 1

async function readOne(
  services: ApiServices,
  { room: memory }: RequestContext,
  topic: Topic | undefined,
  wanted: FetchTopic,
  one: FetchPartition,
  { room, isFirst, isCommitted }: ReadBounds,
): Promise<PartitionAnswer> {
  const partitionIndex = one.partition
  const partition = topic?.partitions[partitionIndex]
  try {
    if (!partition) {
      const byId = wanted.topic === '' && !topic
      throw new KafkaRefusal(
        byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION',
        `there is no partition ${wanted.topic}-${partitionIndex}`,
      )
    }
    const log = await partition.log()
    checkEpoch(log, one.currentLeaderEpoch)
    const known = ends(log)
    const divergingEpoch = divergence(log, one.lastFetchedEpoch, one.fetchOffset)
    if (divergingEpoch)
      return { partitionIndex, errorCode: 0, ...known, divergingEpoch, records: noRecords, abortedTransactions: null }
    const before = isCommitted ? known.lastStableOffset : undefined
    const records = room > 0 || isFirst ? await log.read(one.fetchOffset, room, isFirst, memory, before) : noRecords
    const abortedTransactions = isCommitted
      ? log.transactions.abortedBetween(one.fetchOffset, endOfBatches(records) ?? one.fetchOffset)
      : null
    return { partitionIndex, errorCode: 0, ...known, records, abortedTransactions }
  } catch (error) {
    const { errorCode } = refusalOf(error, services.logger)
    return { partitionIndex, errorCode, ...unknownEnds, records: noRecords, abortedTransactions: partition ? null : [] }
  }
}

const noRecords = Buffer.alloc(0)
const unknownEnds = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 }

function ends({ startOffset, endOffset, transactions }: PartitionView & Partial<Pick<PartitionLog, 'transactions'>>): {
  highWatermark: number
  lastStableOffset: number
  logStartOffset: number
} {
  return {
    highWatermark: endOffset,
    lastStableOffset: transactions?.lastStableOffset ?? endOffset,
    logStartOffset: startOffset,
  }
}

function topicOf({ topics }: ApiServices, { topic, topicId }: FetchTopic, apiVersion: number): Topic | undefined {
  return apiVersion >= 13 ? topics.byId(topicId) : topics.get(topic)
}

function partitionsOf(services: ApiServices, request: FetchRequest): Partition[] {
  return request.topics.flatMap((wanted) => {
    const topic = services.topics.get(wanted.topic) ?? services.topics.byId(wanted.topicId)
    return wanted.partitions.flatMap(({ partition }) => topic?.partitions[partition] ?? [])
  })
}

/** Listens to all partitions until one changes. */
function nextChange(
  partitions: readonly Partition[],
  closed: AbortSignal,
): { within(ms: number): Promise<boolean>; cancel(): void } {
  let changed = false
  let wake: (() => void) | undefined
  const onChange = (): void => {
    changed = true
    wake?.()
  }
  const stops = partitions.map((partition) => partition.onChange(onChange))
  const onClosed = (): void => wake?.()
  closed.addEventListener('abort', onClosed, { once: true })
  const cancel = (): void => {
    for (const stop of stops) stop()
    closed.removeEventListener('abort', onClosed)
  }
  return {
    cancel,
    /** Whether something changed; true as well at the end of the time, for a last look. */
    async within(ms) {
      if (!changed && !closed.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      cancel()
      return true
    },
  }
}
