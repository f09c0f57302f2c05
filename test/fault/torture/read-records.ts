import { hiddenBatches } from '../../../src/stream/client/aborted-records.ts'
import type { FetchedPartition, KafkaClient } from '../../../src/stream/client/kafka-client.ts'
import { kafkaErrors, nameOfKafkaError } from '../../../src/stream/protocol/errors.ts'
import { hasValidChecksum, isControlBatch } from '../../../src/stream/protocol/records/batch-header.ts'
import { batchesIn, openRecords, type RecordCursor } from '../../../src/stream/protocol/records/record-cursor.ts'
import type { FoundRecord, Place } from './history.ts'

export interface FoundRecords {
  readonly records: readonly FoundRecord[]
  /** Where to read on. */
  readonly next: number
  /** There a batch begins whose checksum is wrong: consumers stop at it. */
  readonly isSpoiled?: boolean
}

/** The records of one answer from an offset on, as a reader of everything or of committed records sees them. */
export function recordsIn(answer: FetchedPartition, from: number, isCommitted: boolean): FoundRecords {
  const isHidden = isCommitted
    ? hiddenBatches(answer.abortedTransactions)
    : ({ attributes }: { readonly attributes: number }) => isControlBatch(attributes)
  const found: FoundRecord[] = []
  let next = from
  for (const { at, header } of batchesIn(answer.records)) {
    if (!hasValidChecksum(answer.records, at, header.byteLength)) return { records: found, next, isSpoiled: true }
    // Asked of every batch: markers end what is hidden.
    const hidden = isHidden(header)
    const records = openRecords(answer.records, at, header)
    while (!hidden && records.next()) if (records.offset >= from) found.push(recordAt(records))
    next = Math.max(next, header.baseOffset + header.lastOffsetDelta + 1)
  }
  return { records: found, next }
}

function recordAt({ buffer, offset, keyStart, keyEnd, valueStart, valueEnd }: RecordCursor): FoundRecord {
  const value = buffer.toString('utf8', valueStart, valueEnd)
  return { offset, value, ...(keyStart < 0 ? {} : { key: buffer.toString('utf8', keyStart, keyEnd) }) }
}

interface WholePartition {
  readonly records: readonly FoundRecord[]
  /** Offsets that the log refuses as damaged. */
  readonly refused: readonly number[]
  /** Offsets whose batch has a wrong checksum. */
  readonly spoiled: readonly number[]
}

/** All of a partition up to where it ends now. */
export async function readWhole(
  client: KafkaClient,
  { topic, partition }: Place,
  isCommitted: boolean,
): Promise<WholePartition> {
  const place = isCommitted ? 'stable end' : 'end'
  const end = (await client.offsets.list(topic, place, [partition])).get(partition)!
  let offset = (await client.offsets.list(topic, 'start', [partition])).get(partition)!
  const records: FoundRecord[] = []
  const refused: number[] = []
  const spoiled: number[] = []
  while (offset < end) {
    const partitions = [{ partition, offset, bytesMax: 65_536 }]
    const isolation = isCommitted ? 'committed' : 'uncommitted'
    const [answer] = await client.fetch({ topic, partitions, waitMs: 100, isolation })
    const { errorCode } = answer!
    if (errorCode === kafkaErrors.CORRUPT_MESSAGE) {
      refused.push(offset++)
      continue
    }
    if (errorCode !== 0) throw new Error(`${topic}-${partition} at ${offset}: ${nameOfKafkaError(errorCode)}`)
    const found = recordsIn(answer!, offset, isCommitted)
    records.push(...found.records.filter((record) => record.offset < end))
    if (found.isSpoiled === true) spoiled.push(found.next)
    offset = found.next + (found.isSpoiled === true ? 1 : 0)
  }
  return { records, refused, spoiled }
}
