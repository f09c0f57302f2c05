import { bytesOf, type ReadRecord } from '../../../../stream/reader/read-record.ts'
import { showBytes } from '../../../../stream/reader/shown-bytes.ts'
import { isTransactional } from '../../../../stream/protocol/records/batch-header.ts'
import { readFrame } from '../../../../stream/registry/decode/schema-frame.ts'
import type { ValueReader } from '../../../../stream/registry/decode/value-reader.ts'
import type { Datum, StreamRecord } from '../../../stream-api/records.ts'

/** Makes records what people are shown: text with what it is, long ones cut. */
export type RecordShower = (record: ReadRecord, textBytesMax: number) => Promise<StreamRecord>

export function showRecordsOf(topic: string, values: ValueReader): RecordShower {
  return async (record, textBytesMax) => {
    const { partition, offset, timestampMs, timestampType, key, value, headers, batch } = record
    const place = (part: 'key' | 'value') => ({ topic, part, headers })
    return {
      partition,
      offset: String(offset),
      timestamp: new Date(timestampMs).toISOString(),
      timestampType,
      key: key && (await datumOf(key, place('key'), values, textBytesMax)),
      value: value && (await datumOf(value, place('value'), values, textBytesMax)),
      headers: headers.map((header) => ({
        key: header.key,
        value: header.value && showBytes(header.value, textBytesMax),
      })),
      bytes: bytesOf(record),
      transactional: isTransactional(batch.attributes),
    }
  }
}

/** Bytes that name a schema are read by it, up to a size: a huge record must not hold up who looks at others. */
const decodedBytesMax = 5_000_000

async function datumOf(
  data: Buffer,
  place: Parameters<ValueReader['decode']>[1],
  values: ValueReader,
  textBytesMax: number,
): Promise<Datum> {
  const plain = showBytes(data, textBytesMax)
  if (data.length > decodedBytesMax || !readFrame(data, place)) return plain
  const { format, text, schema, problem } = await values.decode(data, place)
  const about = { ...(schema ? { schema } : {}), ...(problem === undefined ? {} : { problem }) }
  if (!schema || problem !== undefined || (format !== 'avro' && format !== 'json')) return { ...plain, ...about }
  return { ...showBytes(Buffer.from(text), textBytesMax), format, bytes: data.length, ...about }
}
