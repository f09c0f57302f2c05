import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { openRecords, type RecordCursor } from '../../protocol/records/record-cursor.ts'
import { KafkaRefusal, type RecordError } from '../kafka-refusal.ts'
import type { CheckedBatch } from '../storage/checked-batch.ts'
import type { SchemaIds } from './schema-ids.ts'
import type { RecordPart, SchemaRules, SubjectStrategy } from './schema-rules.ts'

/** So many records are named; of more it is said how many there are. */
const namedMax = 100
/** The zero byte and the id. */
const frameBytes = 5

/**
 * Refuses batches of which any record lacks a registered schema where the topic requires one. Batches are unpacked for it, and no record
 * becomes an object. A null passes: it has no bytes that could name a schema.
 */
export function checkSchemas(
  batches: readonly CheckedBatch[],
  topic: string,
  rules: SchemaRules,
  ids: SchemaIds,
  unpackedBytesMax: number,
): void {
  const errors: RecordError[] = []
  let faults = 0
  let before = 0
  for (const { bytes, header } of batches) {
    const key = rules.key && createPartCheck(topic, 'key', rules.key, ids)
    const value = rules.value && createPartCheck(topic, 'value', rules.value, ids)
    walk(bytes, header, unpackedBytesMax, (cursor, at) => {
      const fault =
        key?.(cursor.buffer, cursor.keyStart, cursor.keyEnd) ??
        value?.(cursor.buffer, cursor.valueStart, cursor.valueEnd)
      if (fault === undefined || ++faults > namedMax) return
      errors.push({ batchIndex: before + at, batchIndexErrorMessage: fault })
    })
    before += header.recordCount
  }
  if (faults === 0) return
  const first = errors[0]!
  const others = faults === 1 ? '' : ` (and ${faults - 1} more records)`
  throw new KafkaRefusal(
    'INVALID_RECORD',
    `${topic} requires registered schemas: record ${first.batchIndex}: ${first.batchIndexErrorMessage}${others}`,
    errors,
  )
}

function walk(
  bytes: Buffer,
  header: CheckedBatch['header'],
  unpackedBytesMax: number,
  visit: (cursor: RecordCursor, at: number) => void,
): void {
  try {
    const cursor = openRecords(bytes, 0, header, unpackedBytesMax)
    for (let at = 0; cursor.next(); at++) visit(cursor, at)
  } catch (error) {
    if (error instanceof WeirError) throw new KafkaRefusal('CORRUPT_MESSAGE', error.message)
    throw error
  }
}

type PartCheck = (buffer: Buffer, start: number, end: number) => string | undefined

/** Records of a batch mostly have the same schema: its id is looked up once. */
function createPartCheck(topic: string, part: RecordPart, strategy: SubjectStrategy, ids: SchemaIds): PartCheck {
  let lastId = -1
  return (buffer, start, end) => {
    if (start < 0) return undefined
    if (end - start < frameBytes || buffer[start] !== 0)
      return `its ${part} does not begin with the id of a schema: send it through a serializer that registers schemas`
    const id = buffer.readUInt32BE(start + 1)
    if (id === lastId) return undefined
    if (!ids.isRegistered(id, topic, part, strategy))
      return `the schema ${id} of its ${part} is not registered under ${subjectText(topic, part, strategy)}`
    lastId = id
    return undefined
  }
}

function subjectText(topic: string, part: RecordPart, strategy: SubjectStrategy): string {
  if (strategy === 'topic') return `the subject ${topic}-${part}`
  return strategy === 'record' ? 'the subject of its own name' : `the subject ${topic}- and its own name`
}
