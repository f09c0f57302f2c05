import { batchesIn } from '../../stream/protocol/records/record-cursor.ts'
import { openRecords } from '../../stream/protocol/records/record-cursor.ts'
import { hiddenBatches } from '../../stream/client/aborted-records.ts'
import type { RecordSource } from '../record-source.ts'
import { subtractRanges, type OffsetRange } from './offset-ranges.ts'

/** What the log says of offsets that are neither rows nor letters. */
export interface LogAnswer {
  /** Offsets at which the log has a record: these were lost. The first few. */
  readonly records: readonly bigint[]
  /** Offsets that the log does not reach back to: nobody can tell. */
  readonly unknown: readonly OffsetRange[]
}

const recordsMax = 10
const bytesMax = 4 * 1024 * 1024

/** Control batches, aborted transactions and compaction leave offsets without a record (delivery.md, rule 11), and so does a restore. */
export async function lookIntoLog(
  source: RecordSource | null,
  partition: number,
  holes: readonly OffsetRange[],
): Promise<LogAnswer> {
  const [bounds] = source ? await source.bounds([partition]).catch(() => []) : []
  if (!source || !bounds) return { records: [], unknown: holes }
  const start = BigInt(bounds.start)
  const passedOver = (bounds.holes ?? []).map(({ from, to }) => ({ from: BigInt(from), to: BigInt(to) }))
  const open = subtractRanges(holes, passedOver)
  const unknown = open.filter(({ from }) => from < start).map(({ from, to }) => ({ from, to: to < start ? to : start }))
  const records: bigint[] = []
  for (const hole of open) {
    if (records.length >= recordsMax) break
    if (hole.to > start)
      records.push(...(await recordsBetween(source, partition, hole.from < start ? start : hole.from, hole.to)))
  }
  return { records: records.slice(0, recordsMax), unknown }
}

async function recordsBetween(
  source: RecordSource,
  partition: number,
  from: bigint,
  to: bigint,
): Promise<readonly bigint[]> {
  const found: bigint[] = []
  for (let at = Number(from); at < to && found.length < recordsMax;) {
    const [answer] = await source.fetch({ partitions: [{ partition, offset: at }], waitMs: 0, bytesMax })
    if (answer?.kind !== 'records' || answer.records.length === 0) break
    const isHidden = hiddenBatches(answer.aborted ?? [])
    let next = at
    for (const { at: place, header } of batchesIn(answer.records)) {
      next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
      if (isHidden(header) || header.baseOffset >= to) continue
      const cursor = openRecords(answer.records, place, header)
      while (cursor.next()) if (cursor.offset >= from && cursor.offset < to) found.push(BigInt(cursor.offset))
    }
    if (next === at) break
    at = next
  }
  return found
}
