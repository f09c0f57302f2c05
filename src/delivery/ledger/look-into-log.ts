import { hiddenBatches } from '../../stream/client/aborted-records.ts'
import { batchesIn, openRecords } from '../../stream/protocol/records/record-cursor.ts'
import type { PartitionBounds, RecordSource, SourceAnswer } from '../record-source.ts'
import { subtractRanges, type OffsetRange } from './offset-ranges.ts'

/** What the log says of offsets that are neither rows nor letters. */
export interface LogAnswer {
  /** Offsets at which the log has a record: these were lost. The first few. */
  readonly records: readonly bigint[]
  /** Offsets of which the log does not say what was there: nobody can tell. */
  readonly unknown: readonly OffsetRange[]
}

type Fetched = Extract<SourceAnswer, { readonly kind: 'records' }>
type Fetch = (offset: number) => Promise<Fetched | undefined>

const recordsMax = 10
const bytesMax = 4 * 1024 * 1024
/** Fetches of one partition that are put off until it counts as one that does not answer. */
const putOffMax = 40

/** Control batches, aborted transactions and compaction leave offsets without a record (delivery.md, rule 11). */
export async function lookIntoLog(
  source: RecordSource | null,
  partition: number,
  holes: readonly OffsetRange[],
): Promise<LogAnswer> {
  const [bounds] = source ? await source.bounds([partition]).catch(() => []) : []
  if (!source || !bounds) return { records: [], unknown: holes }
  const unknown = [...subtractRanges(holes, toldBy(bounds))]
  const fetch = fetchOf(source, partition)
  const records: bigint[] = []
  for (const hole of subtractRanges(holes, unknown)) {
    if (records.length >= recordsMax) break
    const read = await readRange(fetch, hole)
    records.push(...read.records)
    if (read.end < hole.to) unknown.push({ from: read.end, to: hole.to })
  }
  return { records: records.slice(0, recordsMax), unknown }
}

/**
 * Where the log says what was there. Not before its start, not in what it passed over when it was restored, and not beyond its
 * end, as after a restore by hand: a delivery may have read there what the log of today never had.
 */
function toldBy({ start, end, stableEnd = end, holes = [] }: PartitionBounds): readonly OffsetRange[] {
  return subtractRanges([rangeOf({ from: start, to: stableEnd })], holes.map(rangeOf))
}

function rangeOf({ from, to }: { readonly from: number; readonly to: number }): OffsetRange {
  return { from: BigInt(from), to: BigInt(to) }
}

/** Undefined where the log cannot be read. */
function fetchOf(source: RecordSource, partition: number): Fetch {
  let putOff = 0
  return async (offset) => {
    while (putOff < putOffMax) {
      const [answer] = await source.fetch({ partitions: [{ partition, offset }], waitMs: 0, bytesMax })
      if (answer?.kind !== 'records') return undefined
      if (!answer.isPutOff) return answer
      putOff++
    }
    return undefined
  }
}

/** The offsets in the range at which there is a record, as far as it could be read: up to `end`. */
async function readRange(
  fetch: Fetch,
  range: OffsetRange,
): Promise<{ readonly records: readonly bigint[]; readonly end: bigint }> {
  const records: bigint[] = []
  let at = Number(range.from)
  while (at < range.to && records.length < recordsMax) {
    const answer = await fetch(at)
    // Compaction may leave nothing up to the end.
    if (answer?.records.length === 0) return { records, end: range.to }
    const next = answer ? takeRecords(answer, range, records) : at
    if (next <= at) break
    at = next
  }
  return { records, end: BigInt(at) }
}

/** Gives the offset behind the last batch. */
function takeRecords({ records, aborted = [] }: Fetched, { from, to }: OffsetRange, found: bigint[]): number {
  const isHidden = hiddenBatches(aborted)
  let next = 0
  for (const { at, header } of batchesIn(records)) {
    next = header.baseOffset + header.lastOffsetDelta + 1
    if (isHidden(header) || header.baseOffset >= to) continue
    const cursor = openRecords(records, at, header)
    while (cursor.next()) if (cursor.offset >= from && cursor.offset < to) found.push(BigInt(cursor.offset))
  }
  return next
}
