import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { openRecords, type RecordCursor } from '../../protocol/records/record-cursor.ts'
import { KafkaRefusal, type RecordError } from '../kafka-refusal.ts'
import type { KafkaErrorName } from '../../protocol/errors.ts'
import type { CheckedBatch } from './checked-batch.ts'

/** What a topic asks of each record. */
export interface RecordRules {
  /** Of a compacted topic: what has no key could not be told from what outdoes it. */
  readonly needsKeys: boolean
  /** Of producers' timestamps, in milliseconds. */
  readonly earliest: number
  readonly latest: number
}

/** So many records are named; of more it is said how many there are. */
const namedMax = 100

/**
 * Throws KafkaRefusal INVALID_RECORD or INVALID_TIMESTAMP with the records that the topic does not take. Batches are unpacked
 * only when their headers leave it open.
 */
export function checkRecords(batches: readonly CheckedBatch[], rules: RecordRules, unpackedBytesMax?: number): void {
  let before = 0
  for (const batch of batches) {
    if (rules.needsKeys)
      refuse(batch, before, unpackedBytesMax, 'INVALID_RECORD', ({ keyStart }) =>
        keyStart < 0 ? 'it has no key, and the topic is compacted: of each key the last record stays' : undefined,
      )
    if (mayBeUntimely(batch, rules))
      refuse(batch, before, unpackedBytesMax, 'INVALID_TIMESTAMP', ({ timestamp }) => untimely(timestamp, rules))
    before += batch.header.recordCount
  }
}

/** The header says the latest timestamp, and of the others only the first. */
function mayBeUntimely({ header }: CheckedBatch, { earliest, latest }: RecordRules): boolean {
  return header.maxTimestamp > latest || (earliest > 0 && header.maxTimestamp !== -1)
}

function untimely(timestamp: number, { earliest, latest }: RecordRules): string | undefined {
  if (timestamp > latest)
    return `its time ${timestamp} is later than ${latest}: message.timestamp.after.max.ms of the topic`
  if (timestamp >= 0 && timestamp < earliest)
    return `its time ${timestamp} is earlier than ${earliest}: message.timestamp.before.max.ms of the topic`
  return undefined
}

function refuse(
  { bytes, header }: CheckedBatch,
  before: number,
  unpackedBytesMax: number | undefined,
  errorName: KafkaErrorName,
  faultOf: (record: RecordCursor) => string | undefined,
): void {
  const errors: RecordError[] = []
  let faults = 0
  try {
    const records = openRecords(bytes, 0, header, unpackedBytesMax)
    for (let at = 0; records.next(); at++) {
      const fault = faultOf(records)
      if (fault === undefined || ++faults > namedMax) continue
      errors.push({ batchIndex: before + at, batchIndexErrorMessage: fault })
    }
  } catch (error) {
    if (error instanceof WeirError) throw new KafkaRefusal('CORRUPT_MESSAGE', error.message)
    throw error
  }
  const [first] = errors
  if (!first) return
  const others = faults === 1 ? '' : ` (and ${faults - 1} more records)`
  throw new KafkaRefusal(errorName, `record ${first.batchIndex}: ${first.batchIndexErrorMessage}${others}`, errors)
}
