import type { ByteWriter } from '../byte-writer.ts'
import type { ResultChunk } from '../query-service.ts'
import { type ColumnEncoder } from './column-encoder.ts'

const dataRow = 'D'.charCodeAt(0)

/**
 * Writes rows of a chunk as DataRow messages from `from` on, until `to` or until `out` holds `bytesMax`: rows may be large.
 * Returns the row that is next.
 */
export function writeRows(
  out: ByteWriter,
  chunk: ResultChunk,
  columns: readonly ColumnEncoder[],
  rows: { readonly from: number; readonly to: number; readonly bytesMax: number },
): number {
  const writers = columns.map((column, i) => column(chunk.getColumnVector(i)))
  let row = rows.from
  for (; row < rows.to && out.at < rows.bytesMax; row++) {
    out.reserve(7)
    const start = out.at
    out.bytes[out.at++] = dataRow
    out.at += 4
    out.int16(writers.length)
    try {
      for (let i = 0; i < writers.length; i++) writers[i]!(out, row)
    } catch (error) {
      // A value that has no form: the client is told between two messages.
      out.at = start
      throw error
    }
    out.setInt32(start + 1, out.at - start - 1)
  }
  return row
}
