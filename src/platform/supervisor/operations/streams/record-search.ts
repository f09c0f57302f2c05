import { WeirError } from '../../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../../stream/client/kafka-client.ts'
import { offsetsAt, readBounds } from '../../../../stream/reader/place.ts'
import { compileFilter } from '../../../../stream/reader/record-filter.ts'
import { searchRecords, type SearchStep } from '../../../../stream/reader/search-records.ts'
import type { RecordSearch, SearchEvent } from '../../../stream-api/records.ts'
import { existingTopic } from './existing-topic.ts'
import { cursorOf, offsetsIn, type OffsetsByPartition } from './page-cursor.ts'
import { placeOf } from './record-page.ts'
import type { RecordShower } from './shown-record.ts'

interface Range {
  readonly from: OffsetsByPartition
  readonly until: OffsetsByPartition
}

/** Progress is told at most so often. */
const progressMs = 200

/** Reads on in a stream and gives what it finds, until it has enough, has read enough, or nobody asks any more. */
export async function* searchStream(
  kafka: KafkaClient,
  stream: string,
  search: RecordSearch,
  show: RecordShower,
  signal: AbortSignal,
): AsyncGenerator<SearchEvent> {
  const isWanted = compileFilter(search.filter)
  if (!isWanted) throw new WeirError('WEIR-7007', 'a search takes something to look for: has, key, value or header')
  const range = await rangeOf(kafka, stream, search)
  const total = String(offsetsOf(range))
  const { order, isolation, limit, bytesMax, textBytesMax } = search
  let [looked, bytes, found, toldAt] = [0, 0, 0, 0]
  const steps = searchRecords(kafka, { topic: stream, ...range, order, isolation, isWanted, signal })
  for await (const step of steps) {
    looked += step.looked
    bytes += step.bytes
    const records = await Promise.all(step.found.map((record) => show(record, textBytesMax)))
    if (records.length > 0) yield { kind: 'records', records }
    found += records.length
    const isOver = found >= limit || bytes >= bytesMax
    if (isOver || performance.now() - toldAt >= progressMs) {
      yield { kind: 'progress', looked: String(looked), total, bytes }
      toldAt = performance.now()
    }
    if (isOver) return yield endOf(step, found >= limit ? 'limit' : 'bytes')
  }
  yield { kind: 'progress', looked: String(looked), total, bytes }
  yield { kind: 'end', reason: 'all searched', next: null }
}

function endOf({ left }: SearchStep, reason: 'limit' | 'bytes'): SearchEvent {
  const from = new Map([...left.from].filter(([partition]) => left.until.has(partition)))
  const until = new Map([...left.until].filter(([partition]) => left.from.has(partition)))
  const next = cursorOf(from, until)
  return { kind: 'end', reason: next === null ? 'all searched' : reason, next: next ?? null }
}

async function rangeOf(kafka: KafkaClient, stream: string, search: RecordSearch): Promise<Range> {
  await existingTopic(kafka, stream)
  if (search.after !== undefined) {
    const [from, until] = offsetsIn(search.after, 2)
    return { from: from!, until: until! }
  }
  const bounds = await readBounds(kafka, stream, search.partitions, search.isolation)
  const at = (
    parameter: 'from' | 'until',
    otherwise: OffsetsByPartition,
  ): OffsetsByPartition | Promise<OffsetsByPartition> => {
    const text = search[parameter]
    return text === undefined ? otherwise : offsetsAt(kafka, stream, placeOf(parameter, text), bounds)
  }
  return { from: await at('from', bounds.starts), until: await at('until', bounds.ends) }
}

function offsetsOf({ from, until }: Range): number {
  return [...from].reduce((sum, [partition, start]) => sum + Math.max(0, (until.get(partition) ?? start) - start), 0)
}
